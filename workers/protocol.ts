/** What a worker and the child process that hosts its experts say to each other, over Node's IPC channel. */
import type { ErrorCode } from "../src/errors.ts";
import type { Usage } from "../src/run/events.ts";
import type { RegisteredSetup } from "../src/ports/expert-runner.ts";

export interface CallItem {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly scratch: string;
}

/** One item for most experts, several for one that takes batches. */
export interface CallMessage {
  readonly type: "call";
  readonly callId: number;
  readonly expertId: string;
  /** How to reach it, for one that is neither built in nor of a module. */
  readonly registered?: RegisteredSetup | undefined;
  readonly items: readonly CallItem[];
}

export interface AbortMessage {
  readonly type: "abort";
  readonly callId: number;
  /** Index of the item that is not wanted any more; left out: none is. */
  readonly item?: number;
}

export type ToHost = CallMessage | AbortMessage;

export interface SentError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  /** Seconds from now. */
  readonly retryAfter?: number | undefined;
}

export type SentOutcome =
  | { readonly outputs: Readonly<Record<string, unknown>>; readonly usage: Usage }
  | { readonly error: SentError };

export interface ResultMessage {
  readonly type: "result";
  readonly callId: number;
  /** One per item, in order. */
  readonly outcomes: readonly SentOutcome[];
  /** Milliseconds. */
  readonly loadMs: number;
  readonly runMs: number;
  /** Resident memory of the host, bytes. */
  readonly rss: number;
}

export interface ErrorMessage {
  readonly type: "error";
  readonly callId: number;
  /** Before the items were looked at, or while they were worked on: then one of them may be at fault. */
  readonly while: "loading" | "running";
  readonly outOfMemory: boolean;
  readonly error: SentError;
  readonly rss: number;
}

export type FromHost = { readonly type: "ready" } | ResultMessage | ErrorMessage;
