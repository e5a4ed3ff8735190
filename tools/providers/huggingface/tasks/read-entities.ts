import { z } from "zod";
import type { Table } from "../../../../src/run/value.ts";
import { parse } from "../../values/decode-data.ts";
import { renamed } from "./task-call.ts";

/** As models of the CoNLL and OntoNotes corpora abbreviate them. */
const typeNames: Readonly<Record<string, string>> = {
  PER: "person",
  PERSON: "person",
  LOC: "place",
  GPE: "place",
  FAC: "place",
  ORG: "organisation",
  MISC: "other",
  DATE: "date",
  TIME: "time",
  MONEY: "money",
};

const entitySchema = z.object({
  entity_group: z.string(),
  word: z.string(),
  start: z.number().nullish(),
  end: z.number().nullish(),
});

/**
 * The models count characters as Python does, by code points; here they are UTF-16 units, and the name is as it stands in
 * the text: some models write it down in small letters.
 */
export function readEntities(
  found: unknown,
  text: string,
  names: Readonly<Record<string, string>>,
): { readonly table: Table; readonly text: string } {
  const points = Array.from(text);
  const offsets = offsetsOf(points);
  const rows = parse(z.array(entitySchema), found, "the answer").map(({ entity_group: group, word, start, end }) => {
    const type = renamed(group, { ...typeNames, ...names });
    const [from, to] = [offsets[start ?? -1], offsets[end ?? -1]];
    if (from === undefined || to === undefined || to <= from) return [word.trim(), type, "", ""];
    return [text.slice(from, to).trim() || word.trim(), type, String(from), String(to)];
  });
  return { table: { columns: ["entity", "type", "start", "end"], rows }, text: inWords(rows) };
}

/** Where the n-th code point begins; one more for the end. */
function offsetsOf(points: readonly string[]): number[] {
  const offsets = [0];
  for (const point of points) offsets.push((offsets.at(-1) ?? 0) + point.length);
  return offsets;
}

/** `person: Ada Lovelace; place: London, Turin`, every name once. */
function inWords(rows: readonly (readonly string[])[]): string {
  const groups = new Map<string, Set<string>>();
  for (const [entity = "", type = ""] of rows) groups.set(type, (groups.get(type) ?? new Set()).add(entity));
  return [...groups].map(([type, entities]) => `${type}: ${[...entities].join(", ")}`).join("; ") || "no names found";
}
