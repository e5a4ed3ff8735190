/** What every route is given. */
import type { RequestHandler } from "express";
import type { GuardedFetch } from "../net/guarded-fetch.ts";
import type { Tutti } from "../tutti.ts";
import type { AdminPolicy } from "./admin-policy.ts";

const MEBIBYTE = 1024 * 1024;

/** The part of a pino logger that HTTP uses. */
export interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface AppOptions {
  /** Where requests and faults are logged. @default nowhere */
  readonly logger?: Logger | undefined;
  /** Put before every link, e.g. `https://tutti.example`. @default "": links are paths */
  readonly publicUrl?: string | undefined;
  /** Largest JSON body, bytes; pictures as data: URLs count. @default 64 MiB */
  readonly maxBodyBytes?: number | undefined;
  /** Largest uploaded file, bytes. @default 512 MiB */
  readonly maxUploadBytes?: number | undefined;
  /** Gets files that requests name by URL. @default none: such requests are refused */
  readonly fetch?: GuardedFetch | undefined;
  /** Milliseconds between signs of life on an event stream. @default 15000 */
  readonly heartbeatMs?: number | undefined;
  /** Shows the queues, at `/queues`, to whoever has the admin token. @default none: there are no queues to show */
  readonly dashboard?: RequestHandler | undefined;
  /** @default none: `/queues` stays shut */
  readonly adminToken?: string | undefined;
  /** Whether only programs of this machine can reach the server: then experts can be changed without a token. @default false */
  readonly isLocal?: boolean | undefined;
}

export interface Context {
  readonly tutti: Tutti;
  readonly logger: Logger;
  readonly publicUrl: string;
  readonly maxBodyBytes: number;
  readonly maxUploadBytes: number;
  readonly fetch: GuardedFetch | undefined;
  readonly heartbeatMs: number;
  readonly admin: AdminPolicy;
  /** Aborted when the server begins to stop: whatever waits should end now. */
  readonly closing: AbortSignal;
}

const silent: Logger = { info() {}, warn() {}, error() {} };

export function createContext(tutti: Tutti, options: AppOptions, closing: AbortSignal): Context {
  return {
    tutti,
    logger: options.logger ?? silent,
    publicUrl: (options.publicUrl ?? "").replace(/\/+$/, ""),
    maxBodyBytes: options.maxBodyBytes ?? 64 * MEBIBYTE,
    maxUploadBytes: options.maxUploadBytes ?? 512 * MEBIBYTE,
    fetch: options.fetch,
    heartbeatMs: options.heartbeatMs ?? 15_000,
    admin: { adminToken: options.adminToken, isLocal: options.isLocal },
    closing,
  };
}
