/** Named entities, with where they stand in the text: the library knows tokens only. */
import { z } from "zod";
import { blankControls } from "../../../builtin/text/require-text.ts";
import { readInputs } from "../../../vlm/read-inputs.ts";
import { assertWanted } from "../generation.ts";
import { whole, type TaskRunner } from "../runner.ts";
import { assertFits, textOf } from "./text.ts";

const inputsSchema = z.object({ text: z.string() });
const foundSchema = z.array(z.object({ entity_group: z.string(), word: z.string(), score: z.number() }));

const types: Readonly<Record<string, readonly [one: string, many: string]>> = {
  PER: ["person", "people"],
  PERSON: ["person", "people"],
  LOC: ["place", "places"],
  GPE: ["place", "places"],
  ORG: ["organisation", "organisations"],
  MISC: ["other", "other names"],
};

interface Entity {
  readonly entity: string;
  readonly type: string;
  readonly many: string;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

export const tokenClassification: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("token-classification", model.folder, options);
    return {
      async run(inputs, { signal }) {
        assertFits(pipe.tokenizer, model, textOf(inputs));
        assertWanted(signal);
        // The text itself, not a trimmed one: the offsets are those of the input.
        const text = blankControls(readInputs(inputsSchema, inputs).text);
        const found = foundSchema.parse(await pipe(text, { aggregation_strategy: "simple" }));
        const entities = placeEntities(text, found);
        return {
          table: {
            columns: ["entity", "type", "start", "end"],
            rows: entities.map(({ entity, type, start, end }) => [entity, type, String(start), String(end)]),
          },
          text: inWords(entities),
        };
      },
      close: () => pipe.dispose(),
    };
  },
};

/** Finds each word in the text, in order. Tokenizers change spaces, and some the case. */
export function placeEntities(text: string, found: z.infer<typeof foundSchema>): readonly Entity[] {
  const entities: Entity[] = [];
  let from = 0;
  for (const { word, entity_group: group } of found) {
    const letters = Array.from(word.replaceAll(/\s|##/g, ""), (letter) =>
      letter.replace(/[\\^$.*+?()[\]{}|/]/u, String.raw`\$&`),
    );
    if (letters.length === 0) continue;
    const match = new RegExp(letters.join(String.raw`\s*`), "iu").exec(text.slice(from));
    // What can't be found again is no word of the text.
    if (!match) continue;
    const start = from + match.index;
    from = start + match[0].length;
    const [type, many] = types[group] ?? [group.toLowerCase(), group.toLowerCase()];
    entities.push({ entity: match[0], type, many, start, end: from });
  }
  return entities;
}

/** `people: Ada Lovelace; places: London, Turin`, every name once. */
function inWords(entities: readonly Entity[]): string {
  const groups = Map.groupBy(entities, ({ many }) => many);
  const told = [...groups].map(([many, all]) => `${many}: ${[...new Set(all.map(({ entity }) => entity))].join(", ")}`);
  return told.length === 0 ? "no names found" : told.join("; ");
}
