/** Names in English text, by the rules and word lists of compromise. */
import { z } from "zod";

export const entityTypes = ["person", "place", "organisation"] as const;
export type EntityType = (typeof entityTypes)[number];

/** `text.slice(start, end)` is the entity. */
export interface Entity {
  readonly entity: string;
  readonly type: EntityType;
  readonly start: number;
  readonly end: number;
}

/** Longer phrases come of lists without commas, not of names. */
const LONGEST_NAME = 8;
const TITLES = /^(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam|President|King|Queen)$/i;
/** A lower-case word before a name (“sister Emma”), unless it is a part of names (“van Gogh”). */
const COMMON_WORD = /^(?!(?:van|von|der|den|de|da|di|du|del|della|la|le|el|al|bin|ibn)\s)\p{Ll}+\s+(?=.*\p{Lu})/u;

/** What compromise says of a phrase; `offset` counts UTF-16 units from the start of the text. */
const phrasesSchema = z.array(z.object({ offset: z.object({ start: z.int(), length: z.int() }) }));

/** Loads compromise; about 0.6 s. */
export async function loadEntityFinder(): Promise<(text: string) => Entity[]> {
  const { default: nlp } = await import("compromise");
  return (text) => {
    const document = nlp(text);
    const found = [
      ...read(text, "person", document.people()),
      ...read(text, "place", document.places()),
      ...read(text, "organisation", document.organizations()),
    ];
    return withoutOverlaps(found);
  };
}

function read(text: string, type: EntityType, view: { json(options: object): unknown }): Entity[] {
  return phrasesSchema
    .parse(view.json({ offset: true }))
    .flatMap(({ offset }) => splitPhrase(text, offset.start, offset.start + offset.length))
    .map(([start, end]) => ({ entity: text.slice(start, end), type, start, end }));
}

/** compromise joins what commas part (“Geneva, Switzerland”), keeps punctuation, the possessive and common words. */
function splitPhrase(text: string, start: number, end: number): [number, number][] {
  const spans: [number, number][] = [];
  for (const part of text.slice(start, end).matchAll(/[^,;/\n]+/g)) {
    let from = start + part.index;
    let name = part[0];
    for (const lead of [/^[^\p{L}\p{N}]+/u, COMMON_WORD]) {
      const length = lead.exec(name)?.[0].length ?? 0;
      name = name.slice(length);
      from += length;
    }
    name = name.replace(/(?:['’]s)?[^\p{L}\p{M}\p{N}]*$/u, "");
    const words = name.split(/\s+/).length;
    if (/\p{L}/u.test(name) && !TITLES.test(name) && words <= LONGEST_NAME) spans.push([from, from + name.length]);
  }
  return spans;
}

/** In order of the text; of two that overlap the longer stays. */
function withoutOverlaps(entities: readonly Entity[]): Entity[] {
  const kept: Entity[] = [];
  for (const entity of entities.toSorted((a, b) => b.entity.length - a.entity.length)) {
    if (kept.every((other) => entity.end <= other.start || entity.start >= other.end)) kept.push(entity);
  }
  return kept.toSorted((a, b) => a.start - b.start);
}
