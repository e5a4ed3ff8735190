/** What went wrong with a request, as one of the codes that a worker acts on. */
import { z } from "zod";
import { asTuttiError, TuttiError, type ErrorCode } from "../../../src/errors.ts";

const codedSchema = z.object({ code: z.string() });

/** Nobody was spoken to, or nobody who can be trusted; anything else broke in the middle. */
const unreachable =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_|ESERVFAIL|EREFUSED)|CERT|SELF_SIGNED|UNABLE_TO/;

/**
 * What broke while the expert was asked. The codes of the guarded fetch are about a user's URL, and some of them say that
 * no other expert need be tried.
 */
export function fetchFault(error: unknown): TuttiError {
  if (!(error instanceof TuttiError)) return asTuttiError(error, "expert-failed");
  const { message, retryable } = error;
  switch (error.code) {
    case "timeout":
    case "canceled":
    case "bad-input":
    case "expert-failed":
    case "expert-unavailable":
      return error;
    case "url-refused":
    case "misconfigured":
      return new TuttiError("expert-unavailable", `${message} (allowHosts of its registration)`, { cause: error });
    case "too-large":
      return new TuttiError("expert-failed", `${message} (settings.maxBytes)`, { cause: error });
    case "fetch-failed": {
      const code = codedSchema.safeParse(error.cause).data?.code ?? "";
      const isUnreachable = unreachable.test(code);
      return new TuttiError(isUnreachable ? "expert-unavailable" : "expert-failed", message, {
        cause: error,
        retryable,
      });
    }
    default:
      return new TuttiError("expert-failed", message, { cause: error, retryable });
  }
}

interface Sorted {
  readonly code: ErrorCode;
  readonly advice?: string;
}

const statuses: Readonly<Record<number, Sorted>> = {
  400: { code: "bad-input" },
  401: { code: "expert-unavailable", advice: "check the secret" },
  403: { code: "expert-unavailable", advice: "check the secret" },
  404: { code: "expert-unavailable", advice: "check settings.url" },
  405: { code: "expert-unavailable", advice: "check settings.url: it takes no POST" },
  410: { code: "expert-unavailable", advice: "check settings.url" },
  422: { code: "bad-input" },
};

/** Whether the same request may be answered later. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** An error as the expert tells it. */
export interface Told {
  readonly code?: ErrorCode | undefined;
  readonly message?: string | undefined;
  readonly retryable?: boolean | undefined;
}

/** For an answer that is no success. What the expert says of itself counts for more than its status. */
export function statusFault(host: string, status: number, told: Told = {}, retryAfter?: number): TuttiError {
  const sorted: Sorted = statuses[status] ?? { code: "expert-failed" };
  const advice = sorted.advice === undefined || told.code !== undefined ? "" : `; ${sorted.advice}`;
  const words = told.message === undefined ? "" : `: ${told.message}`;
  const { code = sorted.code, retryable = isPassing(status) } = told;
  return toldFault(`${host} answers ${status}${words}${advice}`, { code, retryable }, retryAfter);
}

/** For an error in words of the contract, whatever the status. */
export function toldFault(
  message: string,
  { code = "expert-failed", retryable = false }: Told,
  retryAfter?: number,
): TuttiError {
  return new TuttiError(code, message, {
    retryable: retryable && code !== "bad-input",
    ...(retryable && { retryAfter }),
  });
}
