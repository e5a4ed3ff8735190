import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["test/**/*.test.ts"],
    // Tests run real models and real processes; two at a time, since each may fill a core.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What a machine can download is no part of what is tested; tests that want it say so.
    env: { TUTTI_TRANSFORMERS: "off" },
  },
});
