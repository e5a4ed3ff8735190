/**
 * A child process that runs experts of one runtime. It holds the models, and nothing that is worth keeping: it may be
 * killed at any time. Started by process-pool.ts; ends when its parent does.
 */
import { asTuttiError, TuttiError } from "../src/errors.ts";
import { builtinExperts } from "../tools/builtin/index.ts";
import { batchEncoder } from "../tools/builtin/text/batch-encoder.ts";
import type { Expert } from "../tools/define-expert.ts";
import type { CallMessage, FromHost, ToHost } from "./protocol.ts";

interface Loaded {
  readonly model: unknown;
  readonly loadMs: number;
}

const experts: readonly Expert[] = [...builtinExperts, batchEncoder];
const loading = new Map<string, Promise<Loaded>>();
const calls = new Map<number, AbortController>();

process.on("disconnect", () => process.exit(0));
// The terminal sends Ctrl-C to the whole group; the parent decides when its hosts end.
process.on("SIGINT", () => {});
process.on("message", (message: ToHost) => {
  if (message.type === "abort") calls.get(message.callId)?.abort(new TuttiError("canceled", "the step was canceled"));
  else void answer(message);
});
send({ type: "ready" });

function send(message: FromHost): void {
  // A message that can't be sent any more has no reader: the parent is gone, and this process ends with the channel.
  if (process.connected) process.send?.(message, () => {});
}

async function answer(call: CallMessage): Promise<void> {
  const controller = new AbortController();
  calls.set(call.callId, controller);
  try {
    send(await run(call, controller.signal));
  } catch (thrown) {
    const { code, message, retryable } = asTuttiError(thrown, "expert-failed");
    send({ type: "error", callId: call.callId, code, message, retryable, rss: process.memoryUsage.rss() });
  } finally {
    calls.delete(call.callId);
  }
}

async function run(call: CallMessage, signal: AbortSignal): Promise<FromHost> {
  const { callId, expertId, inputs, scratch } = call;
  const expert = experts.find((candidate) => candidate.card.id === expertId);
  if (!expert) throw new TuttiError("expert-unavailable", `this worker has no expert ${expertId}`);
  const wasLoaded = loading.has(expertId);
  const { model, loadMs } = await load(expert);
  const started = performance.now();
  const outputs = await expert.run(model, { ...inputs }, { signal, scratch });
  signal.throwIfAborted();
  const runMs = performance.now() - started;
  return { type: "result", callId, outputs, loadMs: wasLoaded ? 0 : loadMs, runMs, rss: process.memoryUsage.rss() };
}

/** Loads a model once; a failed load is not remembered. */
function load(expert: Expert): Promise<Loaded> {
  const { id } = expert.card;
  const known = loading.get(id);
  if (known) return known;
  const started = performance.now();
  const promise = expert.load().then((model) => ({ model, loadMs: performance.now() - started }));
  loading.set(id, promise);
  promise.catch(() => loading.delete(id));
  return promise;
}
