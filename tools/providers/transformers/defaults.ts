/**
 * A model for each task, for machines that reach the hub. Each ranks above what is composed of built-in means. What is
 * said of their quality is what their makers report; nothing of it was measured here.
 */
import { registrationSchema, type Registration } from "../../../src/registry/registration.ts";
import { vlmRegistrations } from "../../vlm/registrations.ts";
import { defaultModels } from "./default-models.ts";

/** Those of SmolVLM that a larger model does better rank below it. */
const smolvlm = vlmRegistrations({
  id: "transformers/smolvlm-256m",
  name: "SmolVLM 256M",
  provider: "transformers",
  settings: { model: "HuggingFaceTB/SmolVLM-256M-Instruct" },
  merits: {
    "image-to-text": 0.6,
    "visual-question-answering": 0.55,
    "document-question-answering": 0.5,
    "image-text-to-text": 0.5,
    "zero-shot-image-classification": 0.35,
  },
  more: {
    licence: { code: "Apache-2.0", weights: "Apache-2.0" },
    quality:
      "A very small model that sees: right about what is plain to see, often wrong about counts, places and small print.",
    languages: ["en"],
    limits: { memoryMiB: 900, batch: { max: 4, waitMs: 20, memoryMiB: 200 }, concurrency: 8 },
  },
});

/** To be listed with the built-in experts, as unavailable where the hub is out of reach and they are not here. */
export function defaultRegistrations(): readonly Registration[] {
  const own = defaultModels.map(({ id, licence, memoryMiB, limits, ...rest }) =>
    registrationSchema.parse({
      ...rest,
      id: `transformers/${id}`,
      provider: "transformers",
      pure: true,
      licence: { code: "Apache-2.0", weights: licence },
      limits: { ...limits, memoryMiB },
    }),
  );
  return [...own, ...smolvlm];
}
