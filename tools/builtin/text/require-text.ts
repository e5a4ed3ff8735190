import { TuttiError } from "../../../src/errors.ts";

/** Longest text that the text experts take: about 40 pages. */
export const MAX_CHARACTERS = 100_000;

/**
 * The text trimmed, with control characters made spaces (line breaks and tabs stay) and lone surrogates replaced.
 * Every replacement is of the same length, so offsets count from the first character that is kept.
 * @throws TuttiError `bad-input` where nothing is left, or the text is longer than {@link MAX_CHARACTERS}.
 */
export function requireText(text: string, name = "text"): string {
  if (text.length > MAX_CHARACTERS) {
    throw new TuttiError(
      "bad-input",
      `The ${name} has ${text.length} characters; this expert takes at most ${MAX_CHARACTERS}. Send a part of it.`,
    );
  }
  const clean = blankControls(text).trim();
  if (clean === "") throw new TuttiError("bad-input", `The ${name} is empty; send some words.`);
  return clean;
}

/** Control characters made spaces and lone surrogates replaced, each by one character: offsets hold. */
export function blankControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.toWellFormed().replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g, " ");
}
