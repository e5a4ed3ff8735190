/** What a worker and the child process that hosts its experts say to each other, over Node's IPC channel. */
import type { ErrorCode } from "../src/errors.ts";

export interface CallMessage {
  readonly type: "call";
  readonly callId: number;
  readonly expertId: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly scratch: string;
}

export interface AbortMessage {
  readonly type: "abort";
  readonly callId: number;
}

export type ToHost = CallMessage | AbortMessage;

export interface ResultMessage {
  readonly type: "result";
  readonly callId: number;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Milliseconds. */
  readonly loadMs: number;
  readonly runMs: number;
  /** Resident memory of the host, bytes. */
  readonly rss: number;
}

export interface ErrorMessage {
  readonly type: "error";
  readonly callId: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly rss: number;
}

export type FromHost = { readonly type: "ready" } | ResultMessage | ErrorMessage;
