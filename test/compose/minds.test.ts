/** Is a model that can't see ever taken for one that can, or shown pictures unasked? */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { openMinds } from "../../src/compose/minds.ts";
import { openRegistry } from "../../src/compose/registry.ts";
import { loadConfig } from "../../src/config.ts";
import { rankedSelector } from "../../src/select/rank-experts.ts";

const registry = await openRegistry("");
const embedder = { space: "none", embed: () => Promise.reject(new Error("nobody embeds here")) };

/** An Ollama that has two models. */
const capabilities: Readonly<Record<string, readonly string[]>> = {
  seeing: ["completion", "vision"],
  blind: ["completion"],
};
const server = createServer((request, response) => {
  void (async () => {
    const { model } = z.object({ model: z.string() }).parse(await json(request));
    const told = capabilities[model];
    response
      .writeHead(told ? 200 : 404, { "content-type": "application/json" })
      .end(JSON.stringify({ capabilities: told }));
  })();
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function plannerWith(settings: NodeJS.ProcessEnv, controls = true) {
  const { port } = server.address() as AddressInfo;
  const config = loadConfig({ TUTTI_LLM: "none", OLLAMA_HOST: `http://127.0.0.1:${port}`, ...settings });
  const selector = rankedSelector;
  const isFailing = () => false;
  const minds = await openMinds(config, { registry, embedder, selector, isFailing, controls, onPlanning: () => {} });
  await minds.close();
  return minds.planner.name;
}

it("has pictures planned by the model that is named for them, and by nobody else", async () => {
  expect(await plannerWith({})).toBe("builtin@1");
  expect(await plannerWith({ TUTTI_LLM_VISION: "none" })).toBe("builtin@1");
  expect(await plannerWith({ TUTTI_LLM: "ollama:seeing" })).toBe("llm:ollama:seeing@1");
  expect(await plannerWith({ TUTTI_LLM_VISION: "ollama:seeing" })).toBe("builtin@1, with pictures llm:ollama:seeing@1");
  expect(await plannerWith({ TUTTI_LLM: "ollama:blind", TUTTI_LLM_VISION: "ollama:seeing" })).toBe(
    "llm:ollama:blind@1, with pictures llm:ollama:seeing@1",
  );
  expect(await plannerWith({ TUTTI_LLM: "ollama:seeing", TUTTI_LLM_VISION: "ollama:seeing" })).toBe(
    "llm:ollama:seeing@1",
  );
});

it.each([
  ["huggingface:Qwen/Qwen2.5-VL-7B-Instruct", { HF_TOKEN: "hf" }],
  ["openai-compatible:http://127.0.0.1:9/v1#eye", {}],
  ["openai:gpt-4.1-mini", { OPENAI_API_KEY: "key" }],
])("takes %s at its name's word, or its provider's", async (name, keys) => {
  expect(await plannerWith({ TUTTI_LLM_VISION: name, ...keys })).toBe(`builtin@1, with pictures llm:${name}@1`);
});

it.each([
  ["ollama:blind", {}],
  ["ollama:not-there", {}],
  ["openai:gpt-3.5-turbo", { OPENAI_API_KEY: "key" }],
  ["llama-cpp:model.gguf", {}],
])("refuses to start where %s is to see, and says what to do", async (name, keys) => {
  const settings = { TUTTI_LLM_VISION: name, ...keys };
  await expect(plannerWith(settings)).rejects.toMatchObject({
    code: "misconfigured",
    message: expect.stringMatching(new RegExp(`^TUTTI_LLM_VISION=${name} .*name a model that does`)) as string,
  });
  // A process that plans nothing needs no eyes.
  expect(await plannerWith(settings, false)).toBe("builtin@1");
});
