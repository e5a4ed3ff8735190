import { TuttiError } from "../../../src/errors.ts";

/**
 * Either alphabet, line breaks allowed. Node's own decoder skips what is no base64 and gives less.
 * @param what for the message
 * @throws TuttiError `expert-failed`
 */
export function decodeBase64(text: string, what: string): Buffer {
  if (/[^A-Za-z0-9+/=_\-\r\n]/.test(text)) throw new TuttiError("expert-failed", `${what} is not base64`);
  return Buffer.from(text, "base64");
}
