/** What a server said, fit to be shown: bounded, on one line, and without what is secret. */
import { stripVTControlCharacters } from "node:util";

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

export function clean(text: string, redact: Redact, length: number): string {
  const line = withoutControls(redact(text)).replaceAll(/\s+/gu, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length).trimEnd()} …`;
}

/** Without escapes of terminals and what turns the direction of writing. */
export function withoutControls(text: string): string {
  return stripVTControlCharacters(text).replaceAll(
    /[\p{Cc}\p{Cs}\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu,
    (one) => (/\s/u.test(one) ? one : ""),
  );
}
