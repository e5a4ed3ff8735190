/** The sentence encoder for the controller's own use: many texts in one call. Not in the catalogue. */
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { z } from "zod";
import { defineExpert } from "../../define-expert.ts";
import { featureExtractionExpert } from "../feature-extraction.ts";
import { loadSentenceEncoder } from "./sentence-encoder.ts";
import { encoderExpert } from "./text-card.ts";

const batchEncoding = {
  id: "internal-batch-encoding",
  title: "Batch encoding",
  description: "Turns many texts into vectors.",
  inputs: { texts: { type: { list: "text" }, description: "The texts." } },
  outputs: { vectors: { type: "json", description: "One vector per text." } },
} as const satisfies TaskSpec;

const { task: _task, limits: _limits, ...card } = featureExtractionExpert.card;

export const batchEncoder = defineExpert({
  task: batchEncoding,
  card: { ...card, id: "internal/batch-encoder", title: "Batch encoding", limits: encoderExpert.limits },
  load: loadSentenceEncoder,
  run: async (encoder, { texts }, { signal }) => ({
    vectors: await encoder.embed(z.array(z.string()).parse(texts), signal),
  }),
});
