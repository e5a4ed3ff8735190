/** Clauses that leave out what was said just before: "and how many?", "what is it?". */
import { emptyWords } from "./lexicon.ts";
import { labelsIn, namesAnything } from "./labels.ts";
import type { Match } from "./match.ts";
import { hasContent } from "./match.ts";
import type { Word } from "./read-request.ts";
import type { Clause } from "./clause.ts";
import type { Resolved, Thing } from "./things.ts";
import { findsThings } from "./traits.ts";

/** "and how many are there?": what was found and told when things were looked for. */
export function wasFoundBefore(
  { words }: Clause,
  { profile, evidence }: Match,
  { resolved, found }: { readonly resolved: readonly Resolved[]; readonly found: readonly Thing[] },
): readonly Thing[] | undefined {
  const names = resolved.some(({ certainty }) => certainty !== "pronoun") || labelsIn(words, evidence).length > 0;
  const counts = words.some(({ lower }) => lower === "many");
  return findsThings(profile) && counts && !names && !namesAnything(words) && found.length > 0 ? found : undefined;
}

/** "what is this?", "tell me what you see": asks to put into words whatever there is. */
export function asksWhatThereIs(words: readonly Word[]): boolean {
  const idle = words.every(
    ({ kind, lower }) =>
      kind !== "word" ||
      emptyWords.has(lower) ||
      /^(?:tell|say|know|see|show|find|present|go|going|have|come)$/.test(lower),
  );
  return idle && !hasContent(words) && words.some(({ lower }) => /^(?:what|who)/.test(lower));
}
