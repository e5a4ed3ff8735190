/** JSON that somebody else wrote, who may mean harm: what would cost too much or change what objects are is refused. */
import { TuttiError } from "../../../src/errors.ts";

/** Nothing honest is deeper; above some thousands, whoever writes it down again runs out of stack. */
const MAX_DEPTH = 64;
/** An empty list takes two characters and many times that in memory; half a million keys take half a second. */
const MAX_VALUES = 500_000;

const [QUOTE, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d];

/**
 * @param what whose JSON it is, for the message, which never quotes the text
 * @throws TuttiError `expert-failed` for what is no JSON, is nested deeper than 64 levels, holds more than half a
 *   million values, a number too large for one, or the key `__proto__`
 */
export function parseForeignJson(text: string, what: string): unknown {
  assertModest(text, what);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    const hint = /\b(?:NaN|Infinity)\b/.test(text) ? ": there is no NaN and no Infinity in JSON" : "";
    throw new TuttiError("expert-failed", `${what} is not JSON${hint}`);
  }
  assertHarmless(parsed, what);
  return parsed;
}

/** Before it is parsed: by then the memory would be gone. */
function assertModest(text: string, what: string): void {
  let [depth, values] = [0, 1];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        values++;
        depth++;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth--;
        break;
      case COMMA:
        values++;
    }
    if (depth > MAX_DEPTH) throw new TuttiError("expert-failed", `${what} is nested deeper than ${MAX_DEPTH} levels`);
    if (values > MAX_VALUES) throw new TuttiError("expert-failed", `${what} holds more than ${MAX_VALUES} values`);
  }
}

/** Where the closing quote is: the next one with an even number of backslashes before it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text[before - 1] === "\\") before--;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}

/** Never deeper than what was let through above. */
function assertHarmless(value: unknown, what: string): void {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TuttiError("expert-failed", `${what} holds a number that is too large`);
  }
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) assertHarmless(item, what);
    return;
  }
  if (Object.hasOwn(value, "__proto__")) {
    throw new TuttiError("expert-failed", `${what} has a key __proto__, which is not taken`);
  }
  for (const item of Object.values(value)) assertHarmless(item, what);
}
