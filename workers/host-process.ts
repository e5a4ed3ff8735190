/** One child process and the calls that are under way in it. */
import { fork, type ChildProcess } from "node:child_process";
import { TuttiError } from "../src/errors.ts";
import type { ExpertResult, RegisteredSetup } from "../src/ports/expert-runner.ts";
import type { CallItem, FromHost, SentError, ToHost } from "./protocol.ts";

/** A host that ignores an abort this long is killed. */
const ABORT_GRACE_MS = 1000;
/** In source the host is TypeScript, in a build it is JavaScript: as this file is. */
const HOST_FILE = new URL(`./expert-host${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

export interface HostOptions {
  readonly runtime: string;
  /** Modules that bring experts, besides the built-in ones. */
  readonly modules: readonly URL[];
  /** The one device that the process sees; left out, it sees none. */
  readonly device?: string | undefined;
  readonly onGone: () => void;
}

export interface HostCall {
  readonly expertId: string;
  readonly registered?: RegisteredSetup | undefined;
  readonly items: readonly (CallItem & { readonly signal: AbortSignal })[];
  /** When none of the items is wanted any more. */
  readonly signal: AbortSignal;
}

export type HostReply =
  | {
      readonly outcomes: readonly (ExpertResult | TuttiError)[];
      readonly loadMs: number;
      readonly runMs: number;
    }
  /** The expert threw, and where there are several items, nobody knows by which. */
  | { readonly fault: TuttiError; readonly outOfMemory: boolean };

interface Pending {
  readonly resolve: (reply: HostReply) => void;
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

  constructor({ runtime, modules, device = "", onGone }: HostOptions) {
    this.#child = fork(HOST_FILE, [String(process.pid), ...modules.map(String), runtime], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      // oxlint-disable-next-line node/no-process-env -- not read, but handed on: a child with another environment would find neither its commands nor its libraries
      env: { ...process.env, CUDA_VISIBLE_DEVICES: device },
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

  /**
   * Makes one call. When its signal aborts, the host is told, and killed if it does not obey; when that of a single item
   * does, the host is only told.
   * @throws TuttiError `worker-crashed` where the host died of something else than this call's own abort, or whatever
   *   kept the expert from being loaded
   */
  async run({ expertId, registered, items, signal }: HostCall): Promise<HostReply> {
    if (this.#gone) throw crashed("is gone");
    const callId = (this.#calls += 1);
    const ended = new AbortController();
    let killer: NodeJS.Timeout | undefined;
    const whenAborted = (aborting: AbortSignal, act: () => void): void => {
      if (aborting.aborted) act();
      else aborting.addEventListener("abort", act, { once: true, signal: ended.signal });
    };
    try {
      return await new Promise<HostReply>((resolve, reject) => {
        this.#pending.set(callId, { resolve, reject });
        const plain = items.map(({ inputs, scratch }) => ({ inputs, scratch }));
        this.#send({ type: "call", callId, expertId, registered, items: plain });
        for (const [item, { signal: wanted }] of items.entries()) {
          whenAborted(wanted, () => this.#send({ type: "abort", callId, item }));
        }
        whenAborted(signal, () => {
          this.#send({ type: "abort", callId });
          killer = setTimeout(() => this.kill(), ABORT_GRACE_MS);
        });
      });
    } finally {
      this.#pending.delete(callId);
      ended.abort();
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
    if (message.type === "result") {
      const { outcomes, loadMs, runMs } = message;
      const received = outcomes.map((outcome) => ("error" in outcome ? errorOf(outcome.error) : outcome));
      pending?.resolve({ outcomes: received, loadMs, runMs });
    } else if (message.while === "running") {
      pending?.resolve({ fault: errorOf(message.error), outOfMemory: message.outOfMemory });
    } else pending?.reject(errorOf(message.error));
  }

  #fail(what: string): void {
    for (const { reject } of this.#pending.values()) reject(crashed(what));
    this.#pending.clear();
  }
}

function errorOf({ code, message, retryable, retryAfter }: SentError): TuttiError {
  return new TuttiError(code, message, { retryable, retryAfter });
}

function crashed(what: string): TuttiError {
  return new TuttiError("worker-crashed", `the process that ran the expert ${what}`, { retryable: true });
}
