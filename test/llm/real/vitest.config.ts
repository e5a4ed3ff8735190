import { defineConfig } from "vitest/config";
import { nodeLlamaCpp } from "./what-is-here.ts";

/** `npm run test:llm`: real language models, one at a time. Not among `npm test`, since few machines have one. */
export default defineConfig({
  // The package is not among the dependencies; wherever it is, the product is to find it under its name.
  resolve: { alias: nodeLlamaCpp === undefined ? {} : { "node-llama-cpp": nodeLlamaCpp } },
  test: {
    environment: "node",
    include: ["test/llm/real/*.llm.ts"],
    pool: "forks",
    maxWorkers: 1,
    fileParallelism: false,
  },
});
