import { expect, test } from "vitest";
import { detectModel } from "../../src/llm/detect-model.ts";

function answering(body: unknown, status = 200): typeof fetch {
  return () => Promise.resolve(Response.json(body, { status }));
}

const refused: typeof fetch = () => Promise.reject(new TypeError("fetch failed"));

test("a key is taken before Ollama, in a fixed order, and is not in the result", async () => {
  const found = await detectModel(
    { HF_TOKEN: "hf_secret", ANTHROPIC_API_KEY: "secret" },
    { fetch: answering({ models: [{ name: "a" }] }) },
  );
  expect(found?.name.provider).toBe("anthropic");
  expect(found?.why).toContain("ANTHROPIC_API_KEY");
  expect(JSON.stringify(found)).not.toContain("secret");
  expect((await detectModel({ GEMINI_API_KEY: "x" }, { fetch: refused }))?.name.provider).toBe("google-genai");
});

test("an empty key is none", async () => {
  expect(await detectModel({ OPENAI_API_KEY: " " }, { fetch: refused })).toBeUndefined();
});

test("of Ollama's models, the largest that is not too large and can chat", async () => {
  const models = [
    { name: "nomic-embed-text:latest", size: 3e9 },
    { name: "qwen3:4b", size: 2.6e9, details: { family: "qwen3" } },
    { name: "llama3.2:1b", size: 1.3e9 },
    { name: "llama3.3:70b", size: 43e9 },
  ];
  const found = await detectModel({}, { fetch: answering({ models }) });
  expect(found?.name).toEqual({ provider: "ollama", model: "qwen3:4b" });
  expect(found?.why).toContain("127.0.0.1:11434");
  const large = await detectModel({}, { fetch: answering({ models: models.slice(3) }) });
  expect(large?.name).toEqual({ provider: "ollama", model: "llama3.3:70b" });
});

test("no answer, a strange answer and a slow answer are no model", async () => {
  expect(await detectModel({}, { fetch: refused })).toBeUndefined();
  expect(await detectModel({}, { fetch: answering("<html>") })).toBeUndefined();
  expect(await detectModel({}, { fetch: answering({ models: [] }) })).toBeUndefined();
  expect(await detectModel({}, { fetch: answering({ models: [{ name: "a" }] }, 500) })).toBeUndefined();
  const slow: typeof fetch = (_url, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => {
        reject(new Error("aborted"));
      });
    });
  expect(await detectModel({}, { fetch: slow, timeoutMs: 20 })).toBeUndefined();
});
