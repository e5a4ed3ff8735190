/** Turns "if there is a person in the photo" into the `when` of what depends on it. */
import type { Condition } from "../../run/plan-node.ts";
import { emptyWords, numberOf } from "./lexicon.ts";
import type { Word } from "./read-request.ts";
import type { Thing } from "./things.ts";

export interface Branches {
  readonly holds: Condition;
  /** Undefined where the opposite can't be said; then it is what happens if nothing of the other branch did. */
  readonly fails: Condition | undefined;
}

type Words = readonly Word[];

const echo =
  /^(?:if|unless|so|yes|not|no|it|they|does|do|is|are|there|any|isn't|aren't|doesn't|don't|that's|that|the|case|true|none|nobody|more|less|fewer|least|most|at|than|exactly|or)$/;

/** "if so", "if not", "if there are more than three": asks again what was asked before. */
export const isEcho = (words: Words): boolean =>
  /^(?:if|unless)$/.test(words[0]?.lower ?? "") &&
  words.length > 1 &&
  words.every(({ lower }) => echo.test(lower) || numberOf(lower) !== undefined);

/** What to look at, and how to compare it; undefined where the step gives nothing that can be compared. */
export function conditionOn(things: readonly Thing[], words: Words): Branches | undefined {
  const negated = words.some(({ lower }) => /^(?:no|not|unless|none|nobody|isn't|aren't|doesn't|don't)$/.test(lower));
  const branches = byNumber(things, words) ?? byBoolean(things) ?? byText(things, words);
  if (!branches || !negated) return branches;
  return branches.fails && { holds: branches.fails, fails: branches.holds };
}

function referenceOf(
  things: readonly Thing[],
  type: string,
): { readonly from: string; readonly output: string } | undefined {
  const binding = things.find((thing) => thing.type === type)?.binding;
  return binding && "from" in binding ? { from: binding.from, output: binding.output } : undefined;
}

function byNumber(things: readonly Thing[], words: Words): Branches | undefined {
  const subject = referenceOf(things, "number");
  if (!subject) return undefined;
  const text = words.map(({ lower }) => lower).join(" ");
  const stated = words.find(({ lower }) => numberOf(lower) !== undefined && lower !== "one");
  const bound = stated && numberOf(stated.lower);
  if (bound === undefined)
    return { holds: { ...subject, op: "gt", value: 0 }, fails: { ...subject, op: "eq", value: 0 } };
  if (/\b(?:less|fewer|under|below)\b/.test(text)) {
    return { holds: { ...subject, op: "lt", value: bound }, fails: { ...subject, op: "gt", value: bound - 1 } };
  }
  if (/\bexactly\b/.test(text))
    return { holds: { ...subject, op: "eq", value: bound }, fails: { ...subject, op: "ne", value: bound } };
  // "more than two", but also "at least two" and "two or more".
  const least = /\b(?:more|greater|over|above)\b(?! *$)/.test(text) && !/\bor more\b/.test(text) ? bound : bound - 1;
  return { holds: { ...subject, op: "gt", value: least }, fails: { ...subject, op: "lt", value: least + 1 } };
}

function byBoolean(things: readonly Thing[]): Branches | undefined {
  const subject = referenceOf(things, "boolean");
  return subject && { holds: { ...subject, op: "eq", value: true }, fails: { ...subject, op: "eq", value: false } };
}

/** "if the note is positive": the finding, in words, must hold the last word of the condition. */
function byText(things: readonly Thing[], words: Words): Branches | undefined {
  const subject = referenceOf(things, "text");
  const last = words.findLast(({ kind, lower }) => kind === "word" && !emptyWords.has(lower));
  // "if there is text in it"
  if (subject && /\bthere (?:is|are|was)|\b(?:has|have|contains?)\b/.test(words.map(({ lower }) => lower).join(" ")))
    return { holds: { ...subject, op: "exists" }, fails: { ...subject, op: "empty" } };
  return subject && last && { holds: { ...subject, op: "contains", value: last.lower }, fails: undefined };
}
