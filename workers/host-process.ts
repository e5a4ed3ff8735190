/** One child process and the calls that are under way in it. */
import { fork, type ChildProcess } from "node:child_process";
import { TuttiError } from "../src/errors.ts";
import type { ExpertCall, ExpertResult } from "../src/ports/expert-runner.ts";
import type { FromHost, ToHost } from "./protocol.ts";

/** A host that ignores an abort this long is killed. */
const ABORT_GRACE_MS = 1000;
/** In source the host is TypeScript, in a build it is JavaScript: as this file is. */
const HOST_FILE = new URL(`./expert-host${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

interface Pending {
  readonly resolve: (result: ExpertResult) => void;
  readonly reject: (error: TuttiError) => void;
}

export class HostProcess {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #calls = 0;
  #gone = false;
  #killedOnPurpose = false;
  /** Resident memory after the last answer, bytes. */
  rss = 0;

  constructor(runtime: string, onGone: () => void) {
    this.#child = fork(HOST_FILE, [runtime], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child.on("message", (message: FromHost) => this.#receive(message));
    this.#exited = new Promise((resolve) => {
      const end = (what: string): void => {
        this.#gone = true;
        onGone();
        this.#fail(what);
        resolve();
      };
      this.#child.once("exit", (code, signal) => end(`died (${signal ?? `exit code ${code}`})`));
      this.#child.on("error", (error) => {
        // What was never started never exits, either.
        if (this.#child.pid === undefined) end(`could not be started: ${error.message}`);
        else this.kill();
      });
    });
  }

  get active(): number {
    return this.#pending.size;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Runs one call. When the signal aborts, the host is told, and killed if it does not obey.
   * @throws TuttiError `worker-crashed` where the host died of something else than this call's own abort
   */
  async run({ expert, inputs, scratch, signal }: ExpertCall): Promise<ExpertResult> {
    if (this.#gone) throw crashed("is gone");
    const callId = (this.#calls += 1);
    let killer: NodeJS.Timeout | undefined;
    const abort = (): void => {
      this.#send({ type: "abort", callId });
      killer = setTimeout(() => this.kill(), ABORT_GRACE_MS);
    };
    try {
      return await new Promise<ExpertResult>((resolve, reject) => {
        this.#pending.set(callId, { resolve, reject });
        signal.addEventListener("abort", abort, { once: true });
        this.#send({ type: "call", callId, expertId: expert.id, inputs, scratch });
        if (signal.aborted) abort();
      });
    } finally {
      this.#pending.delete(callId);
      signal.removeEventListener("abort", abort);
      clearTimeout(killer);
    }
  }

  /** Ends the process at once; calls under way fail as `worker-crashed` and may be tried again elsewhere. */
  kill(): void {
    this.#killedOnPurpose = true;
    this.#child.kill("SIGKILL");
  }

  get killedOnPurpose(): boolean {
    return this.#killedOnPurpose;
  }

  async close(): Promise<void> {
    if (!this.#gone) this.kill();
    await this.#exited;
  }

  #send(message: ToHost): void {
    // A failed send means that the process is going: its exit is what rejects the calls.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #receive(message: FromHost): void {
    if (message.type === "ready") return;
    this.rss = message.rss;
    const pending = this.#pending.get(message.callId);
    this.#pending.delete(message.callId);
    if (message.type === "error") {
      pending?.reject(new TuttiError(message.code, message.message, { retryable: message.retryable }));
    } else {
      const { outputs, loadMs, runMs } = message;
      pending?.resolve({ outputs, usage: { loadMs: Math.round(loadMs), runMs: Math.round(runMs) } });
    }
  }

  #fail(what: string): void {
    for (const { reject } of this.#pending.values()) reject(crashed(what));
    this.#pending.clear();
  }
}

function crashed(what: string): TuttiError {
  return new TuttiError("worker-crashed", `the process that ran the expert ${what}`, { retryable: true });
}
