/** Problems as HTTP says them: RFC 9457, with Tutti's stable code. */
import type { Response } from "express";
import { z } from "zod";
import { errorCodes, type ErrorCode } from "../errors.ts";
import type { Context } from "./context.ts";

/** What only HTTP can get wrong. */
const httpCodes = {
  "unknown-route": "No such path.",
  "method-not-allowed": "The path does not take this method; `Allow` says which it takes.",
  "range-not-satisfiable": "The range lies outside the bytes; `Content-Range` says how many there are.",
  "cross-site": "A page of another site may not change anything here.",
  unauthorized: "It wants the admin token.",
  forbidden: "The server's settings don't allow it.",
} as const satisfies Record<string, string>;

export type ProblemCode = ErrorCode | keyof typeof httpCodes;

/** Every code that a problem can carry, with what it means. */
export const problemTitles: Readonly<Record<ProblemCode, string>> = { ...errorCodes, ...httpCodes };

export const problemStatus: Readonly<Record<ProblemCode, number>> = {
  "invalid-request": 400,
  unauthorized: 401,
  "cross-site": 403,
  forbidden: 403,
  "unknown-asset": 404,
  "unknown-run": 404,
  "unknown-task": 404,
  "unknown-expert": 404,
  "unknown-route": 404,
  "method-not-allowed": 405,
  conflict: 409,
  "expert-exists": 409,
  canceled: 409,
  "too-large": 413,
  "unsupported-media": 415,
  "range-not-satisfiable": 416,
  "invalid-plan": 422,
  "trial-failed": 422,
  "url-refused": 422,
  "fetch-failed": 422,
  "idempotency-mismatch": 422,
  overloaded: 429,
  "not-understood": 422,
  "expert-unavailable": 422,
  "bad-input": 422,
  internal: 500,
  "unsupported-version": 501,
  "expert-failed": 502,
  "llm-auth": 502,
  "llm-quota": 502,
  "llm-context-length": 502,
  "llm-refused": 502,
  "llm-malformed": 502,
  "llm-unavailable": 502,
  "worker-crashed": 502,
  poisoned: 502,
  "upstream-failed": 502,
  "in-use": 503,
  misconfigured: 503,
  "shutting-down": 503,
  unavailable: 503,
  timeout: 504,
};

export const faultSchema = z.object({
  path: z.string().meta({ description: "Where, with dots: messages.0.content" }),
  message: z.string(),
});
export type Fault = z.infer<typeof faultSchema>;

export const problemSchema = z.object({
  type: z.string().meta({ description: "Where the code is explained" }),
  title: z.string(),
  status: z.int(),
  detail: z.string().meta({ description: "What is wrong, and what to do" }),
  code: z.string().meta({ description: "Stable; for programs" }),
  instance: z.string().meta({ description: "The path that was asked for" }),
  requestId: z.string().meta({ description: "Under which the log tells more" }),
  errors: z.array(faultSchema).optional().meta({ description: "Every fault of a malformed request" }),
});
export type Problem = z.infer<typeof problemSchema>;

export interface ProblemDetails {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly faults?: readonly Fault[] | undefined;
  /** Seconds after which it may work; told where it is a matter of time. */
  readonly retryAfter?: number | undefined;
}

/** Statuses that say "not now". */
export const passingStatuses: ReadonlySet<number> = new Set([429, 503]);
/** Where nobody knows better. */
const RETRY_AFTER_SECONDS = 5;

export function describeProblem(
  context: Context,
  response: Response,
  { code, detail, faults }: ProblemDetails,
): Problem {
  return {
    type: `${context.publicUrl}/docs#problem-${code}`,
    title: problemTitles[code],
    status: problemStatus[code],
    detail,
    code,
    instance: response.req.path,
    requestId: response.locals.requestId,
    ...(faults && { errors: [...faults] }),
  };
}

export function sendProblem(context: Context, response: Response, details: ProblemDetails): void {
  const problem = describeProblem(context, response, details);
  if (passingStatuses.has(problem.status)) response.set("Retry-After", wholeSeconds(details.retryAfter));
  // A representation that was meant to be cached is not what is sent now.
  for (const name of ["ETag", "Content-Disposition", "Accept-Ranges"]) response.removeHeader(name);
  response.status(problem.status).set("Cache-Control", "no-store");
  response.type("application/problem+json").send(JSON.stringify(problem));
}

/** Rounded up, since before that it won't work. */
function wholeSeconds(seconds = RETRY_AFTER_SECONDS): string {
  return String(Math.max(1, Math.ceil(seconds)));
}
