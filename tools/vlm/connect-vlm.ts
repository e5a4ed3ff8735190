/** One vision-language model, many tasks: an expert for any of them, whoever runs the model. */
import { asTuttiError, TuttiError } from "../../src/errors.ts";
import type { ExpertContext } from "../define-expert.ts";
import type { ConnectedExpert } from "../providers/provider.ts";
import type { VlmBackend, VlmRequest } from "./backend.ts";
import { loadPictures } from "./load-pictures.ts";
import { loadVlmPrompts } from "./prompts.ts";
import { vlmTasks } from "./tasks/index.ts";
import type { AskVlm, VlmQuestion, VlmTools } from "./tasks/vlm-task.ts";

export interface VlmOptions {
  /** Called once for each expert; the model may be shared. */
  readonly open: () => Promise<VlmBackend>;
  /** What the numbers of boxes mean in the model's JSON. @default thousandths */
  readonly boxUnit?: VlmTools["boxUnit"] | undefined;
  /** Of a free answer. @default 512 */
  readonly maxTokens?: number | undefined;
}

interface Opened {
  readonly backend: VlmBackend;
  readonly tools: VlmTools;
}

type Inputs = Readonly<Record<string, unknown>>;

/** Without end, a model that repeats itself would fill the memory. */
const MAX_CHARACTERS = 100_000;

/** @throws TuttiError `bad-input` where the task is none that such a model does */
export function connectVlm(
  taskId: string,
  { open, boxUnit = "thousandths", maxTokens = 512 }: VlmOptions,
): ConnectedExpert {
  const found = vlmTasks.get(taskId);
  if (!found) {
    const known = [...vlmTasks.keys()].join(", ");
    throw new TuttiError("bad-input", `a vision-language model does not do ${taskId}; it does ${known}`);
  }
  const ask: AskVlm = found;
  const opened = new WeakMap<object, Opened>();
  const get = (model: unknown): Opened => {
    const known = typeof model === "object" && model !== null ? opened.get(model) : undefined;
    if (known) return known;
    throw new TuttiError("internal", "this model was not opened here");
  };

  return {
    load: async () => {
      const [prompts, backend] = await Promise.all([loadVlmPrompts(), open()]);
      const tools: VlmTools = {
        prompts,
        boxUnit,
        maxTokens,
        loadPictures: (files) => loadPictures(files, backend.limits),
      };
      opened.set(backend, { backend, tools });
      return backend;
    },
    async run(model, inputs, { signal }) {
      const { backend, tools } = get(model);
      const question = await ask(inputs, tools);
      return { ...question.read(await collect(backend, requestOf(question, signal))) };
    },
    async runBatch(model, inputs, contexts) {
      const { backend, tools } = get(model);
      const questions = await Promise.all(inputs.map((one) => attempt(() => ask(one, tools))));
      return answerAll(backend, questions, contexts);
    },
    unload: async (model) => get(model).backend.close?.(),
  };
}

/** The whole answer. @throws TuttiError `canceled` on abort, and what the backend throws */
export async function collect(backend: VlmBackend, request: VlmRequest): Promise<string> {
  let text = "";
  for await (const piece of backend.generate(request)) {
    text += piece;
    if (text.length > MAX_CHARACTERS) throw new TuttiError("expert-failed", "The model does not come to an end.");
  }
  if (request.signal.aborted) throw canceled(request.signal);
  return text;
}

/** Questions that failed before are left out of the batch. */
async function answerAll(
  backend: VlmBackend,
  questions: readonly (VlmQuestion | Error)[],
  contexts: readonly ExpertContext[],
): Promise<(Inputs | Error)[]> {
  const signalAt = (at: number): AbortSignal => contexts[at]?.signal ?? new AbortController().signal;
  const good = questions.flatMap((question, at) => (question instanceof Error ? [] : [{ question, at }]));
  const requests = good.map(({ question, at }) => requestOf(question, signalAt(at)));
  const answers = backend.generateBatch
    ? await backend.generateBatch(requests)
    : await inTurn(requests, (request) => collect(backend, request));
  const outcomes: (Inputs | Error)[] = questions.map((question) =>
    question instanceof Error ? question : new TuttiError("internal", "a question got no answer"),
  );
  for (const [index, { question, at }] of good.entries()) {
    const answer = answers[index];
    if (answer instanceof Error) outcomes[at] = answer;
    else if (answer !== undefined) outcomes[at] = await attempt(() => Promise.resolve(question.read(answer)));
  }
  return outcomes;
}

function requestOf({ messages, maxTokens, detail }: VlmQuestion, signal: AbortSignal): VlmRequest {
  return { messages, maxTokens, detail, signal };
}

async function inTurn(
  requests: readonly VlmRequest[],
  answer: (request: VlmRequest) => Promise<string>,
): Promise<(string | Error)[]> {
  const answers: (string | Error)[] = [];
  for (const request of requests) answers.push(await attempt(() => answer(request)));
  return answers;
}

async function attempt<T>(work: () => Promise<T>): Promise<T | Error> {
  try {
    return await work();
  } catch (thrown) {
    return asTuttiError(thrown, "expert-failed");
  }
}

function canceled({ reason }: AbortSignal): TuttiError {
  return reason instanceof TuttiError ? reason : new TuttiError("canceled", "the step was canceled", { cause: reason });
}
