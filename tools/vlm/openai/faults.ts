/** What a server means that did not answer a chat completion with one. */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";

const saidSchema = z.union([
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ detail: z.string() }).transform(({ detail }) => detail),
]);

export function faultOf(
  status: number,
  body: string,
  { host, model }: { readonly host: string; readonly model: string },
): TuttiError {
  const said = saidBy(body);
  const told = said === "" ? "" : `: ${said}`;
  switch (status) {
    case 400:
    case 413:
    case 422:
      return new TuttiError("bad-input", `${model} on ${host} refuses the request (${status})${told}`);
    case 401:
    case 403:
      return new TuttiError("expert-unavailable", `${host} refuses the key (${status}); give another one`);
    case 404:
      return new TuttiError("expert-unavailable", `${host} has no model ${model} or no chat completions (404)${told}`);
    case 408:
    case 504:
      return new TuttiError("timeout", `${host} took too long (${status})`, { retryable: true });
    default: {
      const retryable = status === 429 || status >= 500;
      return new TuttiError("expert-failed", `${host} answered ${status}${told}`, { retryable });
    }
  }
}

/** In a line. Servers quote keys in what they say of them, so those never come here. */
function saidBy(body: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return "";
  }
  const said = saidSchema.safeParse(parsed);
  return said.success ? said.data.replace(/\s+/g, " ").slice(0, 300) : "";
}
