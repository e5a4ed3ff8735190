/** Joins clauses that belong together, and puts them in the order in which they are to be done. */
import type { Clause } from "./clause.ts";
import { isEcho } from "./conditions.ts";
import { prepositions } from "./lexicon.ts";

/** Arranges the clauses of one sentence. */
export const arrange = (clauses: readonly Clause[]): Clause[] =>
  inOrder(shareObjects(joinPhrases(clauses))).map(withoutOrder);

/** "Based on the edited image, predict ...": a phrase without a verb belongs to what follows. */
function joinPhrases(clauses: readonly Clause[]): Clause[] {
  const joined: Clause[] = [];
  for (const clause of clauses) {
    const last = joined.at(-1);
    const phrase = last?.kind === "context" && !last.branch && prepositions.has(last.words[0]?.lower ?? "");
    if (last && phrase) joined.splice(-1, 1, { ...clause, words: [...clause.words, ...last.words] });
    else joined.push(clause);
  }
  return joined;
}

/** "rotate and resize the second photo": a verb without an object takes that of the next one. */
function shareObjects(clauses: readonly Clause[]): Clause[] {
  return clauses.toReversed().reduce<Clause[]>((done, clause) => {
    const next = done[0];
    const alone = clause.kind === "request" && !clause.branch && clause.words.length === 1;
    const shared = alone && next?.kind === "request" ? next.words.slice(1) : [];
    return [{ ...clause, words: [...clause.words, ...shared] }, ...done];
  }, []);
}

/** "by joining photos" asks for the same as "join photos". */
function withoutOrder(clause: Clause): Clause {
  const [first, second] = clause.words;
  const tellsOrder =
    /^(?:by|after|before|once|with|as)$/.test(first?.lower ?? "") && second?.lower.endsWith("ing") === true;
  return tellsOrder ? { ...clause, words: clause.words.slice(1), isMeans: first?.lower === "by" } : clause;
}

const opening = (clause: Clause | undefined): string => clause?.words[0]?.lower ?? "";

/** Puts what is done first first: "make a video by joining photos", "before describing it, sharpen the photo". */
function inOrder(clauses: readonly Clause[]): Clause[] {
  const [first, second, ...others] = clauses;
  const condition = clauses.findIndex(({ branch }) => branch === "if");
  const asked = clauses[condition];
  if (
    asked &&
    condition > 0 &&
    !(asked.isJoined && condition < clauses.length - 1) &&
    !isEcho(asked.words) &&
    !clauses.slice(0, condition).some(({ kind }) => kind === "context")
  ) {
    return [asked, ...clauses.slice(0, condition), ...clauses.slice(condition + 1)];
  }
  const ordered = first && second && opening(first) === "before" ? [second, first, ...others] : clauses;
  return ordered.reduce<Clause[]>((done, clause) => {
    const end = opening(clause) === "by" ? done.pop() : undefined;
    return [...done, clause, ...(end ? [end] : [])];
  }, []);
}
