/**
 * The things that a request speaks of while it is planned: its files, its quotations, and what earlier steps give.
 * What was spoken of last is what "it" means.
 */
import type { Binding } from "../../run/plan-node.ts";
import { sameType, type ValueType } from "../../run/value.ts";
import type { Mention } from "./mentions.ts";

export interface Thing {
  readonly binding: Binding;
  readonly type: ValueType;
  /** Stems by which it may be called. */
  readonly names: ReadonlySet<string>;
  /** Of a file: those of them that the request gave it. What it is called says how it is read, not what is wanted. */
  readonly told?: ReadonlySet<string>;
  readonly origin: "asset" | "quote" | "history" | "literal" | "step";
  /** Things of one group came together: the files of one type, or the outputs of one step. */
  readonly group: string;
  /** Whether it is something to go on working with, and not a finding about something else. */
  readonly content: boolean;
  /** The branch that it exists in; undefined where it always exists. */
  readonly guard?: string | undefined;
  /** Of a quotation: its text. */
  readonly text?: string;
  /** Of findings: what was looked for; empty where it was anything. */
  readonly sought?: string | undefined;
  /** Of data about a thing: which thing, as {@link keyOf} writes it. */
  readonly about?: string | undefined;
  /** Of a file that holds words (a recording, a picture of a letter): the task that reads them. */
  readonly reading?: string | undefined;
  /** It has a name of its own ("the receipt"), so that "the photo" rather means another one. */
  readonly named?: boolean | undefined;
}

/** Names a thing by where it comes from. */
export const keyOf = ({ binding }: Thing): string => JSON.stringify(binding);

/** How sure it is that a thing is meant. */
export type Certainty = "named" | "typed" | "pronoun";

export interface Resolved {
  readonly mention: Mention;
  readonly things: readonly Thing[];
  readonly certainty: Certainty;
  /** Something within the things, that is meant: the text in a picture. */
  readonly within?: ValueType;
}

export function createThings() {
  const all: Thing[] = [];
  const touched = new Map<Thing, { readonly clock: number; readonly at: number }>();
  let clock = 0;

  const visible = (guard: string | undefined): Thing[] =>
    all.filter((thing) => thing.guard === undefined || thing.guard === guard);
  const recency = (thing: Thing): number => touched.get(thing)?.clock ?? 0;
  const byRecency = (a: Thing, b: Thing): number =>
    recency(b) - recency(a) || (touched.get(a)?.at ?? 0) - (touched.get(b)?.at ?? 0);

  return {
    /** A thing that nobody spoke of yet: it is only found when nothing else fits. */
    introduce(thing: Thing): void {
      all.push(thing);
    },
    /** Things that are spoken of together, the one most meant first. */
    speakOf(together: readonly Thing[]): void {
      clock += 1;
      for (const [at, thing] of together.entries()) {
        if (!all.includes(thing)) all.push(thing);
        touched.set(thing, { clock, at });
      }
    },
    /** What can be spoken of in this branch, last spoken of first. */
    recent(guard: string | undefined): Thing[] {
      return visible(guard).toSorted(byRecency);
    },
    /** Things of one type that were last spoken of together with this one: what "them" means. */
    together(thing: Thing, guard: string | undefined): Thing[] {
      return visible(guard).filter((other) => recency(other) === recency(thing) && sameType(other.type, thing.type));
    },
    /** Whether anybody spoke of it yet. */
    wasSpokenOf: (thing: Thing): boolean => touched.has(thing),
    resolve: (mention: Mention, guard: string | undefined): Resolved | undefined =>
      resolve(mention, { all: visible(guard), recent: visible(guard).toSorted(byRecency), recency }),
  };
}

export type Things = ReturnType<typeof createThings>;

/** What a mention may mean. */
interface Known {
  readonly all: readonly Thing[];
  /** Last spoken of first. */
  readonly recent: readonly Thing[];
  /** Greater for what was spoken of later; 0 where nobody did. */
  readonly recency: (thing: Thing) => number;
}

function resolve(mention: Mention, known: Known): Resolved | undefined {
  if (mention.kind === "file") {
    const asset = mention.word?.asset;
    const found = known.all.find(
      ({ binding }) => asset !== undefined && "asset" in binding && binding.asset === asset.asset,
    );
    return found && { mention, things: [found], certainty: "named" };
  }
  if (mention.kind === "quote") {
    const found = known.all.find(({ origin, text }) => origin === "quote" && text === mention.word?.content);
    return found && { mention, things: [found], certainty: "named" };
  }
  if (mention.kind === "pronoun") return pronoun(mention, known.recent);
  return phrase(mention, known);
}

function pronoun(mention: Mention, recent: readonly Thing[]): Resolved | undefined {
  const meant = mention.plural ? recent : recent.filter(({ content }) => content);
  return meant.length > 0 ? { mention, things: meant, certainty: "pronoun" } : undefined;
}

function phrase(mention: Mention, known: Known): Resolved | undefined {
  if (mention.head === "") return oneOfThose(mention, known);
  const scored = known.recent
    .map((thing) => ({ thing, score: nameScore(mention, thing) }))
    .filter(({ score }) => score >= 0)
    .toSorted((a, b) => b.score - a.score);
  const [best] = scored;
  const named = best !== undefined && best.score >= 2;
  // "that colour", "their labels", "both upside down": of what was spoken of, whatever it is called.
  const points = mention.determiner === "demonstrative" || mention.owner !== undefined || mention.distributes;
  if (!best || (!named && mention.type === undefined)) {
    const plural = mention.distributes === true || mention.owner === "plural";
    return points ? pronoun({ ...mention, plural }, known.recent) : undefined;
  }
  const equals = scored.filter(({ score }) => score === best.score).map(({ thing }) => thing);
  const certainty = named ? "named" : "typed";
  if (mention.ordinal !== undefined || mention.other) return chosen(mention, best.thing.type, known);
  const plain = equals.filter((thing) => !isSpecial(thing));
  if (!mention.plural) return { mention, things: [plain[0] ?? best.thing], certainty };
  const group = known.all.filter((thing) => equals.includes(thing) && (named || thing.group === best.thing.group));
  return { mention, things: some(group, mention), certainty };
}

/** "the receipt" is a photo, too, but not what "the photo" means where there is another one. */
export const isSpecial = ({ named, reading, type }: Thing): boolean =>
  named === true || (reading !== undefined && type === "image");

/** So many of them; those that go by names of their own only where the others are too few. */
function some(group: readonly Thing[], { count, asked }: Mention): readonly Thing[] {
  const plain = group.filter((thing) => !isSpecial(thing));
  const unnamed = group.filter(({ named }) => named !== true);
  if (count !== undefined) return (plain.length >= count ? plain : group).slice(-Math.max(1, count));
  if (asked && plain.length > 0) return plain;
  return unnamed.length > 0 ? unnamed : group;
}

/** "the second", "the other one": what they are is what was spoken of last, or what was sent. */
function oneOfThose(mention: Mention, known: Known): Resolved | undefined {
  const alike = known.recent.find(({ origin }) => origin === "asset" || origin === "quote");
  return alike && chosen(mention, alike.type, known);
}

/** "the second photo" counts what was sent; "the last" or "the final" one may have been made since. */
function chosen(mention: Mention, type: ValueType, { all, recent, recency }: Known): Resolved | undefined {
  const { ordinal: place = 0, count = 1, other, ordinal } = mention;
  const alike = (thing: Thing): boolean => sameType(thing.type, type);
  const sent = all.filter((thing) => thing.origin !== "step" && alike(thing));
  const resolved = (things: readonly Thing[]): Resolved | undefined =>
    things.length === 0 ? undefined : { mention, things, certainty: "named" };
  if (ordinal === undefined && !other) return resolved(sent);
  if (other) {
    const latest = Math.max(...sent.map(recency));
    const left = sent.filter((thing) => recency(thing) < latest);
    return resolved(mention.plural ? left : left.slice(0, count));
  }
  const made = place < 0 && count === 1 ? recent.find((thing) => thing.origin === "step" && alike(thing)) : undefined;
  if (made) return resolved([made]);
  return resolved(place < 0 ? sent.slice(-count) : sent.slice(place, place + count));
}

/** How well a noun phrase fits a thing; negative where it can't be meant. */
function nameScore({ head, modifiers, type, determiner }: Mention, thing: Thing): number {
  const isStep = thing.origin === "step";
  const matchesType = type !== undefined && itemTypeOf(thing) === type;
  // "the text" names no text in particular.
  const headNamed = thing.names.has(head) && head !== type;
  // "the transcribed audio" is the text that was made of it.
  const hits = modifiers.filter((modifier) => thing.names.has(modifier)).length * (isStep ? 4 : 2);
  if (!matchesType && !headNamed && hits === 0) return -1;
  if (type !== undefined && !matchesType && !headNamed && !isStep) return -1;
  const given = determiner === "possessive" || modifiers.includes("origin") || modifiers.includes("follow");
  const named = headNamed ? (matchesType || type === undefined ? 2 : 1) : 0;
  return named + hits + (matchesType ? 1 : 0) + (given && !isStep ? 2 : 0);
}

const itemTypeOf = ({ type }: Thing): ValueType => (typeof type === "string" ? type : type.list);
