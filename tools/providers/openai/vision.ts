/** The tasks about pictures that all vision-language models do, as they do them (tools/vlm). */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import { connectVlm } from "../../vlm/connect-vlm.ts";
import { createOpenAiVlm } from "../../vlm/openai/backend.ts";
import { deadlineIn } from "../remote/deadline.ts";
import type { ConnectedExpert } from "../provider.ts";
import { withExtra } from "./extra.ts";
import type { Server } from "./server.ts";
import type { OpenaiSettings } from "./settings.ts";

const bodySchema = z.record(z.string(), z.unknown());
const outputsSchema = z.record(z.string(), z.unknown());

/** @throws TuttiError `bad-input` where the task is none of them */
export function connectVision(
  task: string,
  settings: OpenaiSettings,
  server: Server,
  timeoutMs: number,
): ConnectedExpert {
  const { temperature, topP, maxTokens, seed } = settings.options;
  const extra = withExtra(settings, { temperature, top_p: topP, max_tokens: maxTokens, seed });
  const nulls = Object.entries(settings.extra).filter(([, value]) => value === null);
  const { load, run, unload } = connectVlm(task, {
    maxTokens,
    open: () =>
      Promise.resolve(
        createOpenAiVlm({
          baseUrl: settings.baseUrl,
          model: settings.model,
          fetch: chatFetch(server, timeoutMs),
          extra: { ...extra, ...Object.fromEntries(nulls) },
        }),
      ),
  });
  return {
    load,
    // Answers are read and quoted in there as they come; a server may well repeat what it was sent.
    run: async (model, inputs, context) => {
      const outputs = await run(model, inputs, context).catch((error: unknown) => {
        throw error instanceof TuttiError ? redacted(error, server) : error;
      });
      return outputsSchema.parse(JSON.parse(server.redact(JSON.stringify(outputs))));
    },
    ...(unload && { unload }),
  };
}

function redacted(error: TuttiError, { redact }: Server): TuttiError {
  const { code, message, cause, retryable, retryAfter } = error;
  const safe = redact(message);
  return safe === message ? error : new TuttiError(code, safe, { cause, retryable, retryAfter });
}

/** It is used for chat completions alone; with it they are asked and judged as all else here. */
function chatFetch(server: Server, timeoutMs: number): typeof fetch {
  return async function fetch(input, init) {
    const request = new Request(input, init);
    const body = bodySchema.parse(await request.json());
    return server.post("chat/completions", body, { signal: request.signal, deadline: deadlineIn(timeoutMs) });
  };
}
