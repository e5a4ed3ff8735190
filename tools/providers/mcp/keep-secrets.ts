/** A server may repeat what it was given to be let in. */
import type { Redact } from "./clean.ts";
import type { Found } from "./read-result.ts";

export function keepSecrets({ text, structured, files }: Found, redact: Redact): Found {
  return { text: redact(text), structured: inValues(structured, redact), files };
}

function inValues(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => inValues(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inValues(inner, redact)]));
}
