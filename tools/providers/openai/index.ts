/** Experts on servers that speak OpenAI's API: OpenAI itself, vLLM, llama.cpp, Ollama and many others. */
import type { TokenUsage } from "../../../src/run/usage.ts";
import type { ExpertContext } from "../../define-expert.ts";
import { deadlineIn } from "../remote/deadline.ts";
import type { ConnectedExpert, Provider, ProviderSetup } from "../provider.ts";
import { answererFor } from "./answer.ts";
import { assertServes } from "./assert-serves.ts";
import { chooseApi, isVision } from "./choose-api.ts";
import { embedderFor } from "./embed.ts";
import { painterFor } from "./paint.ts";
import { probe } from "./probe.ts";
import { openServer, type Call } from "./server.ts";
import { openaiSettingsSchema, type OpenaiSettings } from "./settings.ts";
import { speakerFor } from "./speak.ts";
import { transcriberFor } from "./transcribe.ts";
import { connectVision } from "./vision.ts";

/** A context may want to hear what a call took. */
type TellingContext = ExpertContext & { readonly usage?: (usage: TokenUsage) => void };

export const openaiProvider: Provider<OpenaiSettings> = {
  id: "openai",
  settings: openaiSettingsSchema,
  defaults: ({ api }) => ({
    lane: "remote",
    runtime: "openai",
    limits: {
      timeoutMs: 120_000,
      concurrency: api === "embeddings" ? 64 : 4,
      memoryMiB: 80,
      ...(api === "embeddings" && { batch: { max: 32, waitMs: 10, memoryMiB: 0 } }),
    },
  }),
  model: ({ model }) => model,
  connect,
  probe,
};

/** There is no model here. */
const load = (): Promise<undefined> => Promise.resolve(undefined);

function connect(setup: ProviderSetup<OpenaiSettings>): ConnectedExpert {
  const { card, task, settings } = setup;
  const { timeoutMs, batch } = card.limits;
  const api = chooseApi(task, settings);
  assertServes(setup, api);
  const server = openServer(setup);
  const callOf = ({ signal, usage }: TellingContext): Call => ({
    signal,
    deadline: deadlineIn(timeoutMs),
    tell: usage,
  });

  switch (api) {
    case "chat": {
      if (isVision(task, settings.prompt)) return connectVision(task.id, settings, server, timeoutMs);
      const answer = answererFor(task, settings, server);
      return { load, run: (_model, inputs, context) => answer(inputs, callOf(context)) };
    }
    case "transcriptions": {
      const transcribe = transcriberFor(task, settings, server);
      return { load, run: (_model, inputs, context) => transcribe(inputs, callOf(context)) };
    }
    case "speech":
    case "images": {
      const make = (api === "speech" ? speakerFor : painterFor)(task, settings, server);
      return { load, run: (_model, inputs, context) => make(inputs, callOf(context), context.scratch) };
    }
    case "embeddings": {
      const embedder = embedderFor(task, settings, server);
      return {
        load,
        run: (_model, inputs, context) => embedder.one(inputs, callOf(context)),
        ...(batch && {
          runBatch: (_model, inputs, contexts, signal) =>
            embedder.several(inputs, contexts.map(callOf), { signal, deadline: deadlineIn(timeoutMs) }),
        }),
      };
    }
  }
}
