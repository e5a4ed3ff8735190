/** "Where does Maria live? Maria lives in Lisbon.": what is only told is a text to work on, where there is no other. */
import { startsTelling } from "./grammar.ts";
import { typeOfNoun } from "./lexicon.ts";
import type { Clause } from "./clause.ts";

/** Fewer words than this tell nothing to work on. */
const LEAST_WORDS = 4;

/**
 * Makes one quotation of the sentences that ask for nothing, where others do and nothing is quoted. Sentences that
 * speak of files ("I have two photos") are none. For requests without files and without a history.
 */
export function foldStatements(clauses: readonly Clause[], text: string): readonly Clause[] {
  const quotes = clauses.some(({ words }) => words.some(({ kind }) => kind === "quote" || kind === "file"));
  const asks = clauses.some(({ kind }) => kind === "request" || kind === "question");
  if (quotes || !asks) return clauses;
  const asking = new Set(clauses.filter(({ kind }) => kind !== "context").map(({ sentence }) => sentence));
  const told = clauses.filter((clause) => !asking.has(clause.sentence) && !tellsOfFiles(clause));
  const [first, last] = [told[0]?.words[0], told.at(-1)?.words.at(-1)];
  const length = told.reduce((sum, { words }) => sum + words.length, 0);
  const between = clauses.slice(clauses.indexOf(told[0] ?? never), clauses.lastIndexOf(told.at(-1) ?? never) + 1);
  if (!first || !last || length < LEAST_WORDS || between.length > told.length) return clauses;
  const ending = /^[.!…"'’”)]+/.exec(text.slice(last.end))?.[0] ?? "";
  const end = last.end + ending.length;
  const content = text.slice(first.start, end);
  const quote = { kind: "quote", text: content, lower: "", stem: "", start: first.start, end, content } as const;
  return clauses.flatMap((clause) => {
    if (clause === told[0]) return [{ ...clause, words: [quote] }];
    return told.includes(clause) ? [] : [clause];
  });
}

const never: Clause = { words: [], kind: "context", sentence: -1 };

const tellsOfFiles = ({ words }: Clause): boolean =>
  startsTelling(words) && words.some(({ lower }) => typeOfNoun.has(lower));
