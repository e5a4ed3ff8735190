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
  readonly origin: "asset" | "quote" | "history" | "literal" | "step";
  /** Things of one group came together: the files of one type, or the outputs of one step. */
  readonly group: string;
  /** Whether it is something to go on working with, and not a finding about something else. */
  readonly content: boolean;
  /** The branch that it exists in; undefined where it always exists. */
  readonly guard?: string | undefined;
  /** Of a quotation: its text. */
  readonly text?: string;
  /** Of data about a thing: which thing, as {@link keyOf} writes it. */
  readonly about?: string | undefined;
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
    resolve: (mention: Mention, guard: string | undefined): Resolved | undefined =>
      resolve(mention, visible(guard), byRecency),
  };
}

export type Things = ReturnType<typeof createThings>;

function resolve(
  mention: Mention,
  things: readonly Thing[],
  byRecency: (a: Thing, b: Thing) => number,
): Resolved | undefined {
  const recent = things.toSorted(byRecency);
  if (mention.kind === "file") {
    const asset = mention.word?.asset;
    const found = things.find(
      ({ binding }) => asset !== undefined && "asset" in binding && binding.asset === asset.asset,
    );
    return found && { mention, things: [found], certainty: "named" };
  }
  if (mention.kind === "quote") {
    const found = things.find(({ origin, text }) => origin === "quote" && text === mention.word?.content);
    return found && { mention, things: [found], certainty: "named" };
  }
  if (mention.kind === "pronoun") return pronoun(mention, recent);
  return phrase(mention, things, recent);
}

function pronoun(mention: Mention, recent: readonly Thing[]): Resolved | undefined {
  const meant = mention.plural ? recent : recent.filter(({ content }) => content);
  return meant.length > 0 ? { mention, things: meant, certainty: "pronoun" } : undefined;
}

function phrase(mention: Mention, things: readonly Thing[], recent: readonly Thing[]): Resolved | undefined {
  const scored = recent
    .map((thing) => ({ thing, score: nameScore(mention, thing) }))
    .filter(({ score }) => score >= 0)
    .toSorted((a, b) => b.score - a.score);
  const [best] = scored;
  const named = best !== undefined && best.score >= 2;
  // "that colour", "their labels": of what was spoken of, whatever it is called.
  const points = mention.determiner === "demonstrative" || mention.owner !== undefined;
  if (!best || (!named && mention.type === undefined))
    return points ? pronoun({ ...mention, plural: mention.owner === "plural" }, recent) : undefined;
  const equals = scored.filter(({ score }) => score === best.score).map(({ thing }) => thing);
  const certainty = named ? "named" : "typed";
  if (mention.ordinal !== undefined) {
    const chosen = ordinal(mention.ordinal, best.thing.type, things, recent);
    return chosen && { mention, things: [chosen], certainty: "named" };
  }
  if (!mention.plural) return { mention, things: [best.thing], certainty };
  const group = things.filter((thing) => equals.includes(thing) && (named || thing.group === best.thing.group));
  const count = mention.count ?? group.length;
  return { mention, things: group.slice(-Math.max(1, count)), certainty };
}

/** "the second photo" counts what was sent; "the last" or "the final" one may have been made since. */
function ordinal(
  place: number,
  type: ValueType,
  things: readonly Thing[],
  recent: readonly Thing[],
): Thing | undefined {
  const alike = (thing: Thing): boolean => sameType(thing.type, type);
  const made = place < 0 ? recent.find((thing) => thing.origin === "step" && alike(thing)) : undefined;
  return made ?? things.filter((thing) => thing.origin !== "step" && alike(thing)).at(place);
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
