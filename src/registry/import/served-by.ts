/** Who runs a model, as the hub tells it: a list of entries, or, of old, an object by the provider's name. */
import { z } from "zod";

const entryShape = {
  /** The provider's name of the model. */
  providerId: z.string(),
  status: z.string(),
  /** The hub's name of what it does there: `conversational` for what chats. */
  task: z.string(),
};

export const servedBySchema = z.union([
  z.array(z.looseObject({ provider: z.string(), ...entryShape })),
  z
    .record(z.string(), z.looseObject(entryShape))
    .transform((entries) => Object.entries(entries).map(([provider, entry]) => ({ ...entry, provider }))),
]);
export type ServedBy = z.infer<typeof servedBySchema>;

/** Those that take calls now. */
export function liveOnes(servedBy: ServedBy): ServedBy {
  return servedBy.filter(({ status }) => status === "live");
}
