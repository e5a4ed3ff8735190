/** Reads one clause: what it speaks of among the things there are, and what it wants made. */
import { isAssetType, type ValueType } from "../../run/value.ts";
import type { Catalogue } from "./catalogue.ts";
import { actionVerbs, determiners, emptyWords, languages, lightVerbs, makingVerbs, typeOfNoun } from "./lexicon.ts";
import { weigh } from "./match.ts";
import type { Place, Wanted } from "./wanted.ts";
import { itemType } from "./item-type.ts";
import { findMentions, type Mention } from "./mentions.ts";
import { readingOf } from "./pages.ts";
import { readAsking } from "./kinds-of-question.ts";
import { readRequest, type Word } from "./read-request.ts";
import type { Clause } from "./clause.ts";
import { textOf } from "./slots.ts";
import type { Resolved, Thing, Things } from "./things.ts";
import { stem } from "./words.ts";

export interface Reading {
  readonly resolved: readonly Resolved[];
  /** Files that are named but were not sent. */
  readonly missingFiles: readonly string[];
  /** What is spoken of by a number for which too few were sent: "the third photo". */
  readonly missingPlaces: readonly string[];
  readonly wanted: Omit<Wanted, "likeness">;
}

const wondering =
  /^(?:(?:me|you) )?(?:to )?(?:know|tell|find|find out|understand|see|learn|say|explain|determine|check|identify|figure out)(?: me| us)? (?:what|which|who|whom|whose|how|where|when|why|if|whether)\b/;

const factVerb =
  /^(?:find|know|identify|determine|understand|tell|learn|check|get|figure|see|discover|retrieve|extract)$/;

/** How much the type of what is spoken of counts beside the clause's own words; "it" stands for "the image". */
const contextWeights = { spoken: 0.3, pronoun: 0.8, language: 0.7, whichLanguage: 1.3, inLanguage: 0.3 } as const;

export function readClause(
  clause: Clause,
  things: Things,
  { guard, catalogue }: { readonly guard?: string | undefined; readonly catalogue: Catalogue },
): Reading {
  const { words, lead = [] } = clause;
  const first = words[0]?.lower ?? "";
  const mentions = findMentions(words, {
    makesThings: makingVerbs.has(first) || determiners.has(first),
    verbFirst: clause.kind === "request" && actionVerbs.has(first),
  });
  const definite = mentions.filter((mention) => !isKind(mention, words));
  const resolved = textsWithin(words, definite, resolveAll(definite, things, guard));
  const spoken = resolved.filter(({ certainty }) => certainty !== "pronoun").flatMap((one) => one.things);
  const questions = spoken.filter(isQuoted);
  const inQuestions = questions.flatMap(({ text = "" }) => spokenOfIn(text, things, guard));
  const asked = inQuestions.flatMap((one) => one.things.slice(0, 1));
  const pronoun = spoken.length > 0 ? undefined : resolved.find(({ certainty }) => certainty === "pronoun")?.things[0];
  const subjects = [...spoken.filter((thing) => !isQuoted(thing)), ...asked, ...(pronoun ? [pronoun] : [])];
  const near = weigh(words);
  const known = [
    ...spoken.flatMap((thing) => contextOf(thing, contextWeights.spoken)),
    ...(pronoun ? contextOf(pronoun, contextWeights.pronoun) : []),
  ];
  const atHand = things.recent(guard).filter((thing) => !isQuoted(thing));
  // "according to the letter": it may be what nobody called so before.
  const unknown = new Set(
    definite
      .filter((mention) => mention.type === undefined && !resolved.some((one) => one.mention === mention))
      .map(({ head }) => head),
  );
  const readings = (subjects.length > 0 ? subjects : atHand).flatMap(
    ({ reading, type }) => reading ?? (unknown.size > 0 ? readingOf(type, unknown, catalogue) : undefined) ?? [],
  );
  const own = words.map(({ lower }) => lower).join(" ");
  const pictures = (spoken.length > 0 ? subjects : atHand).some(isPlainPicture);
  const asking = readAsking(words, {
    question: clause.kind === "question" || questions.length > 0 || wondering.test(own),
    pictures,
    named: spoken.length,
  });
  return {
    resolved: [...resolved, ...inQuestions],
    missingFiles: words.filter(({ kind, asset }) => kind === "file" && !asset).map(({ text }) => text),
    missingPlaces: definite
      .filter((mention) => countsTooFar(mention) && !resolved.some((one) => one.mention === mention))
      .map(({ from, to }) => textOf(words.slice(from, to))),
    wanted: {
      words: [...words, ...lead],
      places: [
        ...near.map((place, at) => ({ ...place, weight: place.weight * discount(words, at, resolved) })),
        ...weigh(lead),
        ...known,
        ...(words.some(({ lower }) => languages.has(lower))
          ? [
              {
                stem: stem("language"),
                weight: languageWeight(words, asking.question),
              },
            ]
          : []),
      ],
      verbLeads: clause.kind === "request" && leads(first),
      sources: [...subjects.map(({ type }) => type), ...resolved.flatMap(({ within }) => within ?? [])],
      sourceWeight:
        subjects.length === 0 ? 0.5 : Math.max(0, ...resolved.map(({ mention }) => near[mention.from]?.weight ?? 0)),
      targets: mentions.flatMap(typeWanted),
      atHand: atHand.map(({ type }) => type),
      readings: new Set(readings),
      asking,
      pictures,
      onlyTells: clause.kind === "context",
      seeksFact: clause.kind === "request" && factVerb.test(first),
    },
  };
}

/** "images of red pandas" are images of that kind, and none that were spoken of. */
function isKind({ determiner, plural, to, kind }: Mention, words: readonly Word[]): boolean {
  const describes = /^(?:of|about|showing|with)$/.test(words[to]?.lower ?? "");
  return kind === "phrase" && determiner === "none" && plural && describes;
}

function resolveAll(mentions: readonly Mention[], things: Things, guard: string | undefined): Resolved[] {
  // "which of these is a photo of a dog?" asks what those are that it points at.
  const points = mentions.some(({ kind }) => kind === "pronoun");
  const isPredicate = ({ kind, determiner, plural }: Mention): boolean =>
    points && kind === "phrase" && determiner === "indefinite" && !plural;
  return mentions
    .filter((mention) => mention.role === "source" && !isPredicate(mention))
    .map((mention) => things.resolve(mention, guard))
    .filter((found) => found !== undefined);
}

/** "the text in the picture" is not just any text: the picture is what it is to be read from. */
function textsWithin(words: readonly Word[], mentions: readonly Mention[], resolved: readonly Resolved[]): Resolved[] {
  const holders = mentions.flatMap((inner, index) => {
    const outer = mentions[index + 1];
    const holds =
      outer && outer.from - inner.to === 1 && /^(?:in|on|of|from|inside|within)$/.test(words[inner.to]?.lower ?? "");
    return holds && inner.type === "text" && inner.role === "source" ? [{ inner, outer }] : [];
  });
  return resolved.flatMap((one): Resolved[] => {
    if (holders.some(({ inner }) => inner === one.mention) && one.certainty === "typed") return [];
    if (!holders.some(({ outer }) => outer === one.mention)) return [one];
    const files = one.things.filter(({ type }) => isAssetType(type));
    return files.length > 0
      ? [
          {
            ...one,
            things: one.certainty === "pronoun" ? files.slice(0, 1) : files,
            certainty: "named",
            within: "text",
          },
        ]
      : [one];
  });
}

const countsTooFar = ({ ordinal, type, role }: Mention): boolean =>
  ordinal !== undefined && type !== undefined && isAssetType(type) && role === "source";

/** "Is it in German?" asks for the language; "say it in German" names one. */
function languageWeight([first]: readonly Word[], asks: boolean): number {
  if (/^(?:is|are|was|were)$/.test(first?.lower ?? "")) return contextWeights.whichLanguage;
  return asks ? contextWeights.language : contextWeights.inLanguage;
}

const isPlainPicture = ({ type, reading }: Thing): boolean => itemType(type) === "image" && reading === undefined;

const leads = (first: string): boolean => !lightVerbs.has(first) && (actionVerbs.has(first) || first.endsWith("ing"));

/** Words that speak of what an earlier step made ("the *translated* text") ask for nothing; quotations' names little. */
function discount(words: readonly Word[], at: number, resolved: readonly Resolved[]): number {
  const type = typeOfNoun.get(words[at]?.lower ?? "");
  if (type !== undefined && type !== "text") return 1;
  const within = resolved.find(
    ({ mention, certainty }) =>
      certainty === "named" && mention.kind === "phrase" && at >= mention.from && at < mention.to,
  );
  const origin = within?.things[0]?.origin;
  if (origin === "step") return 0.3;
  return origin === "quote" ? 0.6 : 1;
}

/** What is known of a thing says a little of the task, too: a question about a picture that is called a document. */
function contextOf(thing: Thing, typeWeight: number): Place[] {
  const { told = [], type } = thing;
  const kind = typeof type === "string" ? stem(type) : undefined;
  const rest = new Set([...told, ...(isQuoted(thing) ? contentOf(thing) : [])]);
  if (kind !== undefined) rest.delete(kind);
  const others = [...rest].map((one) => ({ stem: one, weight: contextWeights.spoken }));
  return [...(kind === undefined ? [] : [{ stem: kind, weight: typeWeight }]), ...others];
}

function contentOf({ text = "" }: Thing): string[] {
  const words = readRequest(text, []).filter(({ lower, stem: one }) => one !== "" && !emptyWords.has(lower));
  return words.map(({ stem: one }) => one);
}

const isQuoted = ({ origin, text }: Thing): boolean => origin === "quote" && text?.endsWith("?") === true;

function typeWanted({ role, type }: Mention): ValueType[] {
  return role === "target" && type !== undefined ? [type] : [];
}

/** What a question itself asks about: "What is in the image?" asks about the image. */
function spokenOfIn(text: string, things: Things, guard: string | undefined): Resolved[] {
  const mentions = findMentions(readRequest(text, [])).filter(({ kind }) => kind === "phrase");
  return resolveAll(mentions, things, guard).map((found) => ({
    ...found,
    mention: { ...found.mention, from: -1, to: -1 },
    certainty: "typed",
  }));
}
