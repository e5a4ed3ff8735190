/** What there is before the first step: the request's files, its quotations, and what was answered before. */
import type { PlanInput } from "../../ports/planner.ts";
import type { Catalogue } from "./catalogue.ts";
import { findMentions } from "./mentions.ts";
import { readingOf } from "./pages.ts";
import { determiners, emptyWords, lightVerbs, typeOfNoun } from "./lexicon.ts";
import type { Word } from "./read-request.ts";
import type { Clause } from "./clause.ts";
import { createThings, type Things } from "./things.ts";
import { splitWords, stem } from "./words.ts";

export function introduceThings(input: PlanInput, clauses: readonly Clause[], catalogue: Catalogue): Things {
  const things = createThings();
  const heads = headsOf(clauses);
  const described = describedNames(clauses);
  for (const { role, text } of input.history) {
    if (role !== "assistant" || text.trim() === "") continue;
    const binding = { value: { type: "text" as const, value: text } };
    things.introduce({
      binding,
      type: "text",
      names: new Set(["answ", "text"]),
      origin: "history",
      group: "history",
      content: true,
      text,
    });
  }
  for (const asset of input.assets) {
    // "receipt-2.jpg" and "receipt2.jpg" may be spoken of as the receipt.
    const named = splitWords((asset.name ?? "").replace(/\.[^.]*$/, "")).flatMap(
      (word) => word.match(/\p{L}{3,}/gu) ?? [],
    );
    const told = new Set([...(described.get(asset.asset) ?? []), stem(asset.type)]);
    const names = new Set([...named.map(stem), ...told]);
    const reading = readingOf(asset.type, names, catalogue);
    const known = things.recent(undefined).some(({ binding }) => "asset" in binding && binding.asset === asset.asset);
    if (!known)
      things.introduce({
        binding: { asset: asset.asset },
        type: asset.type,
        names,
        told,
        origin: "asset",
        group: asset.type,
        content: true,
        reading,
        named: named.some((word) => heads.has(stem(word))),
      });
  }
  const quoted = new Set<string>();
  for (const clause of clauses) {
    for (const [at, { kind, content }] of clause.words.entries()) {
      if (kind !== "quote" || content === undefined || content === "" || quoted.has(content)) continue;
      quoted.add(content);
      const binding = { value: { type: "text" as const, value: content } };
      const names = new Set([...nounsBefore(clause, at), "text"]);
      const common = { binding, type: "text", names, group: "quotes", content: true, text: content } as const;
      things.introduce({ ...common, origin: "quote" });
    }
  }
  return things;
}

/** Stems of the nouns that clauses speak of things by, unless they name a type. */
function headsOf(clauses: readonly Clause[]): ReadonlySet<string> {
  const mentions = clauses.flatMap(({ words }) => findMentions(words));
  return new Set(mentions.filter(({ type }) => type === undefined).map(({ head }) => head));
}

/** Stems of the words by which clauses speak of each file: those since the last file, and those after the last one. */
function describedNames(clauses: readonly Clause[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { words, kind } of clauses) {
    const files = words.flatMap(({ kind: wordKind }, at) => (wordKind === "file" ? [at] : []));
    for (const [index, at] of files.entries()) {
      const asset = words[at]?.asset?.asset;
      if (asset === undefined) continue;
      // Only a clause that tells of a file goes on about it; others go on to say what is to be done with it.
      const tells = kind === "context";
      const from = tells && index === 0 ? 0 : phraseStart(words, at);
      const next = files[index + 1];
      const rest = words.findIndex((word, place) => place > at && (word.lower === "and" || word.kind === "quote"));
      const goesOn = next === undefined ? (rest < 0 ? words.length : rest) : phraseStart(words, next);
      const told = words.slice(from, tells ? goesOn : at + 2).filter(isTelling);
      names.set(asset, [...(names.get(asset) ?? []), ...told.map(({ stem: one }) => one)]);
    }
  }
  return names;
}

const isTelling = ({ stem: one, lower }: Word): boolean =>
  one !== "" && !emptyWords.has(lower) && !lightVerbs.has(lower);

/** Where the noun phrase starts that a file's name ends: "edit the small image called a.png". */
function phraseStart(words: Clause["words"], at: number): number {
  let start = at;
  while (start > 0 && at - start < 5) {
    const before = words[start - 1];
    if (before?.kind !== "word" && before?.text !== "(" && before?.text !== "[") break;
    start -= 1;
    if (determiners.has(before.lower)) break;
  }
  return start;
}

/** "the question '...'", "the following description: '...'": what a quotation is called. */
function nounsBefore({ words }: Clause, at: number): string[] {
  let end = at;
  while (end > 0 && (words[end - 1]?.text === ":" || /^(?:is|are|as|follows|below)$/.test(words[end - 1]?.lower ?? "")))
    end -= 1;
  if (!typeOfNoun.has(words[end - 1]?.lower ?? "")) return [];
  return words
    .slice(phraseStart(words, end), end)
    .flatMap(({ lower, stem: one }) => (one === "" || emptyWords.has(lower) ? [] : [one]));
}
