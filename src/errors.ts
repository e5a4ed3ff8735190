/** Every stable error code of Tutti, with what it means. HTTP statuses are derived in `src/http/problem.ts`. */
export const errorCodes = {
  "invalid-request": "The request is malformed; the message names the field.",
  "invalid-plan": "A plan node fails a check; the message names the node and the mend.",
  "unknown-asset": "An asset id that this tenant never stored.",
  "unknown-run": "A run id that this tenant never created.",
  "unknown-task": "A task name that the catalogue does not hold.",
  "unknown-expert": "No expert of that id is registered.",
  "expert-exists": "An expert of that id and version is there already.",
  "trial-failed": "An expert was not taken, since its trial call went wrong; the message says how.",
  "unsupported-media": "A file of a type that is not accepted.",
  "too-large": "A body, file, picture or plan above its limit.",
  "url-refused": "A URL that is not fetched: not public, not of the web, or remote URLs are switched off.",
  "fetch-failed": "A remote URL that gave no answer, or none that can be used.",
  "idempotency-mismatch": "An idempotency key reused with another request.",
  "not-understood": "No planner could turn the request into steps.",
  "llm-auth": "The language model's provider refused the key.",
  "llm-quota": "The language model's provider wants no more requests for now, or no more money is left.",
  "llm-context-length": "What was to be sent is longer than the language model can read.",
  "llm-refused": "The language model declined to answer.",
  "llm-malformed": "The language model's answer has not the shape that was asked for.",
  "llm-unavailable": "The language model can't be reached or loaded; the message says what to do.",
  "expert-unavailable": "No available expert does the task; the message says how to get one.",
  "bad-input": "An expert refused its input (a truncated picture, an empty text). Not retried.",
  "expert-failed": "An expert broke while it worked.",
  "worker-crashed": "The process that ran the expert died.",
  poisoned: "A node took down its worker too often and was given up.",
  timeout: "A step or a run took longer than its limit.",
  canceled: "Somebody canceled the work.",
  "upstream-failed": "A needed earlier step did not succeed.",
  "unsupported-version": "A stored event is of a version that this build does not know.",
  conflict: "Somebody else changed the run first, too many times in a row.",
  "in-use": "The port or the data folder belongs to another process.",
  misconfigured: "A setting is wrong; the message names all that are.",
  overloaded: "There is no room for more runs now; try again later.",
  unavailable: "Something that Tutti needs does not answer or is not fit; the message says what.",
  "shutting-down": "The server is draining and takes no new work.",
  internal: "A defect in Tutti itself.",
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof errorCodes;

export interface TuttiErrorOptions {
  readonly cause?: unknown;
  /** Whether the same attempt may work later. @default false */
  readonly retryable?: boolean;
  /** When it may work, seconds from now. */
  readonly retryAfter?: number | undefined;
}

/** The one error class of Tutti: a stable code, and a message that says what to do. */
export class TuttiError extends Error {
  override readonly name = "TuttiError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, { cause, retryable = false, retryAfter }: TuttiErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }
}

/** Turns whatever was thrown into a TuttiError, keeping it as the cause. */
export function asTuttiError(thrown: unknown, code: ErrorCode = "internal"): TuttiError {
  if (thrown instanceof TuttiError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new TuttiError(code, message, { cause: thrown });
}
