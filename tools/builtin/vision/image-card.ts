/** What the cards of all image operations have in common. */
import type { ExpertCard } from "../../../src/registry/expert-card.ts";

export const imageOperation = {
  version: "1.0.0",
  provider: "builtin",
  lane: "cpu",
  runtime: "image",
  limits: { timeoutMs: 60_000, concurrency: 2, memoryMiB: 130 },
  pure: true,
  effects: "none",
  licence: { code: "Apache-2.0" },
  merit: 0.9,
  needs: { packages: ["sharp"] },
  fix: "Run npm install.",
} as const satisfies Partial<ExpertCard>;
