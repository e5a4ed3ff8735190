import { z } from "zod";
import { count, oneText, texts } from "./card-fields.ts";
import type { ModelCard } from "./model-card.ts";

const any = z.unknown().optional();
const metaShape = { license: any, language: any, tags: any };

/** The names that lists of models are known to use; `meta` and `cardData` hold what others have beside the rest. */
const lineSchema = z.object({
  id: any,
  modelId: any,
  task: any,
  pipeline_tag: any,
  downloads: any,
  likes: any,
  description: any,
  library_name: any,
  ...metaShape,
  meta: z.object(metaShape).optional().catch(undefined),
  cardData: z.object(metaShape).optional().catch(undefined),
});

/**
 * One line of a file of models: JSON.
 * @throws Error saying what is wrong with it
 */
export function readCardLine(line: string): ModelCard {
  const parsed = lineSchema.safeParse(JSON.parse(line));
  if (!parsed.success) throw new Error("it is no JSON object");
  const { meta, cardData, ...card } = parsed.data;
  const id = oneText(card.id) ?? oneText(card.modelId);
  if (id === undefined) throw new Error("it names no model");
  const first = <T>(read: (given: unknown) => T, name: keyof typeof metaShape): T =>
    read(card[name] ?? meta?.[name] ?? cardData?.[name]);
  return {
    id,
    task: oneText(card.task) ?? oneText(card.pipeline_tag),
    licence: first(oneText, "license"),
    languages: first(texts, "language"),
    tags: first(texts, "tags"),
    downloads: count(card.downloads),
    likes: count(card.likes),
    description: oneText(card.description) ?? "",
    library: oneText(card.library_name),
  };
}
