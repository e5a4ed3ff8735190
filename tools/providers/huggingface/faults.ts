/** What went wrong with a call, by whose fault it is and what to do. */
import { z } from "zod";
import { TuttiError, type TuttiErrorOptions } from "../../../src/errors.ts";
import { fetchFault } from "../remote/faults.ts";

/** Who answered. */
export type Place = "hub" | "router" | "endpoint" | "elsewhere";

export interface Refusal {
  readonly place: Place;
  readonly host: string;
  readonly model: string;
  readonly status: number;
  /** Of its body, as far as it was read, without secrets. */
  readonly text: string;
  /** Seconds, of its head. */
  readonly retryAfter?: number | undefined;
}

/** Longer, and somebody else's error page becomes a log line. */
const LONGEST = 300;

const word = z.string().optional().catch(undefined);
const bodySchema = z.object({
  /** A text, a list of texts, or OpenAI's `{message, code}`. */
  error: z
    .union([
      z.string().transform((message) => ({ message })),
      z.array(z.string()).transform((messages) => ({ message: messages.join("; ") })),
      z.object({ message: word, code: word }),
    ])
    .optional()
    .catch(undefined),
  message: word,
  detail: word,
  /** Seconds until a model is loaded. */
  estimated_time: z.number().min(0).optional().catch(undefined),
});

/** That nobody runs the model, in the words of several servers. */
const unserved =
  /model_not_supported|not supported by|no (inference )?provider|model .*(not found|does not exist)|not deployed/i;
const isLoading = /loading|starting|initiali[sz]ing|scal(ed|ing)|warm/i;
const isPaused = /paused|suspended/i;

/** An answer that is no success. */
export function refusalFault(refusal: Refusal): TuttiError {
  const { place, host, model, status } = refusal;
  const { said, seconds } = readRefusal(refusal);
  const told = said === "" ? "" : `: ${said}`;
  const fault = (code: "bad-input" | "expert-failed" | "expert-unavailable", advice = "", more?: TuttiErrorOptions) =>
    new TuttiError(code, `${host} answers ${status}${told}${advice}`, more);
  if (place === "elsewhere") return fault("expert-failed", "", { retryable: isPassing(status) });
  if (status !== 503 && isPaused.test(said)) return fault("expert-unavailable", "; resume the endpoint");
  if ((status === 400 || status === 404 || status === 422) && unserved.test(said)) {
    return fault("expert-unavailable", `; ${howToServe(model)}`);
  }
  switch (status) {
    case 401:
      return fault("expert-unavailable", "; check secrets.token");
    case 402:
      return fault(
        "expert-unavailable",
        "; the included credits are used up: buy some, wait for the next month, or set settings.billTo",
      );
    case 403:
      return fault(
        "expert-unavailable",
        `; the token needs the permission to call Inference Providers, and a gated model asks for its terms to be accepted at https://huggingface.co/${model}`,
      );
    case 404:
      return fault("expert-unavailable", place === "hub" ? hubAdvice(model) : notThere(place, model));
    case 400:
    case 413:
    case 415:
    case 422:
      return fault("bad-input");
    case 429:
      return fault("expert-failed", "; too many requests", { retryable: true, retryAfter: seconds });
    case 503:
      return isLoading.test(said) || seconds !== undefined
        ? fault("expert-failed", "; the model is being loaded", { retryable: true, retryAfter: seconds })
        : fault("expert-failed", "", { retryable: true });
    default:
      return fault("expert-failed", "", {
        retryable: isPassing(status),
        ...(isPassing(status) && { retryAfter: seconds }),
      });
  }
}

export function howToServe(model: string): string {
  return `nobody runs ${model} for you: choose a provider at https://huggingface.co/${model}, or deploy it and set settings.endpointUrl`;
}

function hubAdvice(model: string): string {
  return `; there is no model ${model}, or it is private and needs another secrets.token`;
}

function notThere(place: Place, model: string): string {
  return place === "endpoint" ? "; check settings.endpointUrl and settings.api" : `; ${howToServe(model)}`;
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function readRefusal({ text, retryAfter }: Refusal): { said: string; seconds: number | undefined } {
  const body = bodySchema.safeParse(asJson(text)).data;
  // A page of HTML tells nobody anything.
  const plain = text.trimStart().startsWith("<") ? "" : text;
  const code = body?.error && "code" in body.error ? body.error.code : undefined;
  const words = body ? (body.error?.message ?? body.detail ?? body.message ?? code ?? "") : plain;
  return { said: oneLine(words), seconds: retryAfter ?? body?.estimated_time };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function oneLine(words: string): string {
  const line = words
    .slice(0, 4 * LONGEST)
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** What the library throws: its own errors are told by name, since they may be of another copy of it. */
export function libraryFault(error: unknown, redact: (text: string) => string): TuttiError {
  if (error instanceof TuttiError) return fetchFault(error);
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const words = oneLine(redact(message));
  switch (name) {
    case "RoutingError":
      return new TuttiError("expert-unavailable", `${words}; check settings.provider and secrets.token`);
    case "InputError":
      // Another expert may well take a file that this provider does not.
      return /content-?type|blob/i.test(message)
        ? new TuttiError("expert-failed", words)
        : new TuttiError("expert-unavailable", `${words}; check settings.model and settings.provider`);
    case "ProviderOutputError":
      return new TuttiError("expert-failed", words);
    default:
      // The cause would show the request, with what was sent.
      return new TuttiError("expert-failed", `the call broke: ${words}`);
  }
}
