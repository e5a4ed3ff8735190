/**
 * A child process that runs experts of one runtime. It holds the models, and nothing that is worth keeping: it may be
 * killed at any time. Started by host-process.ts; ends when its parent does. Arguments: the parent's process id,
 * URLs of modules that bring experts, and last the name of the runtime, for those who look at the list of processes.
 */
import { asTuttiError, TuttiError } from "../src/errors.ts";
import type { Usage } from "../src/run/events.ts";
import { addTokens } from "../src/run/usage.ts";
import { HostExperts, runItems, type Loaded } from "./host-experts.ts";
import { isOutOfMemory } from "./out-of-memory.ts";
import type { AbortMessage, CallMessage, ErrorMessage, FromHost, SentError, ToHost } from "./protocol.ts";

const [, , parentId, ...rest] = process.argv;
const experts = new HostExperts(rest.slice(0, -1));
const calls = new Map<number, Running>();

interface Running {
  /** Of the call as a whole. */
  readonly whole: AbortController;
  /** One per item. */
  readonly own: readonly AbortController[];
}

process.on("disconnect", () => process.exit(0));
// The terminal sends Ctrl-C to the whole group; the parent decides when its hosts end.
process.on("SIGINT", () => {});
process.on("message", (message: ToHost) => {
  if (message.type === "abort") abort(message);
  else void answer(message);
});
send({ type: "ready" });

function send(message: FromHost): void {
  // A message that can't be sent any more has no reader: the parent is gone, and this process ends with the channel.
  if (process.connected) process.send?.(message, () => {});
}

function abort({ callId, item }: AbortMessage): void {
  const running = calls.get(callId);
  const controller = item === undefined ? running?.whole : running?.own[item];
  controller?.abort(new TuttiError("canceled", "the step was canceled"));
}

async function answer(call: CallMessage): Promise<void> {
  const running = { whole: new AbortController(), own: call.items.map(() => new AbortController()) };
  calls.set(call.callId, running);
  try {
    send(await respond(call, running));
  } finally {
    calls.delete(call.callId);
  }
}

async function respond(
  { callId, expertId, registered, items }: CallMessage,
  { whole, own }: Running,
): Promise<FromHost> {
  let loaded: Loaded;
  try {
    loaded = await experts.load(expertId, registered);
  } catch (thrown) {
    return errorMessage(callId, "loading", thrown);
  }
  // While this process starts, a call may reach it that outlives its parent, and loading gives the channel no chance to say
  // so: nobody would hear of the result, and somebody else does the step again.
  if (String(process.ppid) !== parentId) process.exit(0);
  const started = performance.now();
  try {
    const { signal } = whole;
    const signals = own.map((controller) => AbortSignal.any([signal, controller.signal]));
    const used: Usage[] = items.map(() => ({}));
    const outcomes = await runItems(loaded, items, signals, signal, (item, usage) => {
      used[item] = addTokens(used[item] ?? {}, usage);
    });
    signal.throwIfAborted();
    return {
      type: "result",
      callId,
      outcomes: outcomes.map((outcome, item) =>
        outcome instanceof Error ? { error: sentError(outcome) } : { outputs: outcome, usage: used[item] ?? {} },
      ),
      loadMs: loaded.loadMs,
      runMs: performance.now() - started,
      rss: process.memoryUsage.rss(),
    };
  } catch (thrown) {
    return errorMessage(callId, "running", thrown);
  }
}

function errorMessage(callId: number, when: ErrorMessage["while"], thrown: unknown): ErrorMessage {
  const outOfMemory = isOutOfMemory(thrown);
  return {
    type: "error",
    callId,
    while: when,
    outOfMemory,
    error: sentError(thrown, outOfMemory),
    rss: process.memoryUsage.rss(),
  };
}

/** Where memory ran out, there may be some the next time. */
function sentError(thrown: unknown, outOfMemory = isOutOfMemory(thrown)): SentError {
  const { code, message, retryable, retryAfter } = asTuttiError(thrown, "expert-failed");
  return { code, message, retryable: retryable || outOfMemory, retryAfter };
}
