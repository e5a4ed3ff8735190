/** A task put to a chat, and its answer as the outputs of the task. */
import { TuttiError } from "../../../src/errors.ts";
import { createJsonText } from "../../../src/llm/json-text.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { parseForeignJson } from "../values/foreign-json.ts";
import { answerFormOf, type AnswerForm } from "./answer-form.ts";
import { chat, type ChatMessage, type ChatReply } from "./chat.ts";
import { contentOf } from "./message-parts.ts";
import { promptFor } from "./prompts.ts";
import type { Call, Server } from "./server.ts";
import type { OpenaiSettings } from "./settings.ts";

type Inputs = Readonly<Record<string, unknown>>;
type Outputs = Record<string, unknown>;
type JsonForm = Extract<AnswerForm, { readonly kind: "json" }>;

/** Does a task. @throws TuttiError */
export type Answerer = (inputs: Inputs, call: Call) => Promise<Outputs>;

/** @throws TuttiError `bad-input` where the prompt of the settings doesn't fit the task */
export function answererFor(task: TaskSpec, settings: OpenaiSettings, server: Server): Answerer {
  const fill = promptFor(task, settings.prompt);
  const formFor = answerFormOf(task);

  return async (inputs, call) => {
    const form = formFor(inputs);
    const words = fill(inputs);
    if (form.kind === "words") {
      const messages: ChatMessage[] = [{ role: "user", content: await contentOf(task, inputs, words) }];
      const reply = await chat(server, settings, { messages }, call);
      if (reply.text === "") assertWhole(reply, server);
      return form.read(reply.text);
    }
    // In words as well: not every server can keep a model to a schema, and one that can't may not say so.
    const asked = `${words}\n\nAnswer with one JSON object of this JSON schema and nothing else:\n${JSON.stringify(form.schema)}`;
    const messages: ChatMessage[] = [{ role: "user", content: await contentOf(task, inputs, asked) }];
    return askForJson(server, settings, { messages, form }, call);
  };
}

/** Told what was wrong with its answer, a model may give another. */
async function askForJson(
  server: Server,
  settings: OpenaiSettings,
  { messages, form }: { readonly messages: readonly ChatMessage[]; readonly form: JsonForm },
  call: Call,
): Promise<Outputs> {
  const { schema } = form;
  const first = await chat(server, settings, { messages, schema }, call);
  const outputs = await readAnswer(first, form, server);
  if (!(outputs instanceof TuttiError)) return outputs;
  const mended = [
    ...messages,
    // Empty ones are refused by some.
    { role: "assistant", content: first.text === "" ? "{}" : first.text },
    {
      role: "user",
      content: `That does not fit: ${outputs.message}. Answer again with the JSON object and nothing else.`,
    },
  ] as const satisfies readonly ChatMessage[];
  const second = await chat(server, settings, { messages: mended, schema }, call);
  const again = await readAnswer(second, form, server);
  if (!(again instanceof TuttiError)) return again;
  throw new TuttiError("expert-failed", `${server.model} answers not as it was asked to: ${again.message}`);
}

/** What is wrong with an answer is given, not thrown. @throws TuttiError where there is no use in asking again */
async function readAnswer(reply: ChatReply, form: JsonForm, server: Server): Promise<Outputs | TuttiError> {
  try {
    return await form.read(parseForeignJson(createJsonText()(reply.text), "it"));
  } catch (error) {
    if (!(error instanceof TuttiError) || error.code !== "expert-failed") throw error;
    assertWhole(reply, server);
    return error;
  }
}

/** @throws TuttiError `expert-failed` */
function assertWhole({ isCut }: ChatReply, { model }: Server): void {
  if (!isCut) return;
  throw new TuttiError("expert-failed", `${model} came to its limit of tokens before the end: raise options.maxTokens`);
}
