// A sceptic doubts that every provider's package streams, stops and fails the way the port says, on its own wire format.
import { collect } from "../../collect.ts";
import { describe, expect, test } from "vitest";
import { openLanguageModel, type OpenLanguageModelOptions } from "../../../src/adapters/langchain/open.ts";
import { parseModelName } from "../../../src/llm/parse-model-name.ts";
import type { LanguageModel } from "../../../src/ports/language-model.ts";
import { callOf, languageModelContract, PLAN_SCHEMA, textOf } from "../../contracts/language-model.contract.ts";
import { rejection } from "../../contracts/contract.ts";
import { readWire, startProviderServer, type Reply } from "../../fakes/provider-server.ts";

const KEY = "sk-secret-1234567890abcdef";

const paths = [
  { title: "openai", wire: "openai", model: () => "openai:gpt-4.1-mini" },
  { title: "anthropic", wire: "anthropic", model: () => "anthropic:claude-haiku-4-5" },
  { title: "google-genai", wire: "google-genai", model: () => "google-genai:gemini-2.5-flash" },
  { title: "ollama", wire: "ollama", model: () => "ollama:qwen3:4b" },
  { title: "huggingface", wire: "openai", model: () => "huggingface:meta-llama/Llama-3.1-8B-Instruct" },
  { title: "openai-compatible", wire: "openai", model: (url: string) => `openai-compatible:${url}/v1#qwen2.5-coder` },
] as const;

type Path = (typeof paths)[number];

async function open(path: Path, replies: readonly Reply[], more: Partial<OpenLanguageModelOptions> = {}) {
  const server = await startProviderServer(await readWire(path.wire));
  server.reply(...replies);
  const model = await openAt(path, server.url, more);
  return { server, model, close: () => server.close() };
}

function openAt(path: Path, url: string, more: Partial<OpenLanguageModelOptions> = {}): Promise<LanguageModel> {
  const name = parseModelName(path.model(url));
  if (name.provider === "none") throw new Error("a path names a model");
  return openLanguageModel(name, {
    keys: { openai: KEY, anthropic: KEY, googleGenai: KEY, huggingface: KEY, compatible: KEY },
    baseUrls: { openai: `${url}/v1`, anthropic: url, "google-genai": url, ollama: url, huggingface: `${url}/v1` },
    backoffMs: 1,
    ...more,
  });
}

async function fails(
  path: Path,
  replies: readonly Reply[],
  more: Partial<OpenLanguageModelOptions> = {},
  call = callOf(),
) {
  const { server, model, close } = await open(path, replies, more);
  const error = (await rejection(collect(model.stream(call)))) as Error & { code: string };
  await close();
  // Whatever goes wrong, the key is in no part of the error.
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(KEY);
  return { error, server };
}

describe.each(paths)("LangChain $title", (path) => {
  languageModelContract({
    name: path.title,
    open: (pieces, options) => open(path, [{ pieces, ...(options?.hangs ? { cut: "hang" } : {}) }]),
  });

  test("tells the tokens, and closes the connection on abort", async () => {
    const { server, model, close } = await open(path, [{ pieces: ["a", "b"] }, { pieces: ["c"], cut: "hang" }]);
    expect((await collect(model.stream(callOf()))).at(-1)).toMatchObject({
      type: "usage",
      usage: { inputTokens: 40, outputTokens: 7 },
    });
    const controller = new AbortController();
    const chunks = model.stream(callOf({ signal: controller.signal }))[Symbol.asyncIterator]();
    await chunks.next();
    controller.abort();
    expect(await rejection(chunks.next())).toMatchObject({ code: "canceled" });
    await server.abandoned;
    await close();
  });

  test("a refused key is llm-auth, not tried again, and shown nowhere", async () => {
    const { error, server } = await fails(path, [{ error: "auth" }]);
    expect(error.code).toBe("llm-auth");
    expect(server.requests).toHaveLength(1);
  });

  test("429 passes after another try", async () => {
    const { server, model, close } = await open(path, [{ error: "rate" }, { pieces: ["at ", "last"] }]);
    expect(textOf(await collect(model.stream(callOf())))).toBe("at last");
    expect(server.requests).toHaveLength(2);
    await close();
  });

  test("429 for ever is llm-quota after the allowed tries", async () => {
    const { error, server } = await fails(path, [{ error: "rate" }], { maxRetries: 3 });
    expect(error).toMatchObject({ code: "llm-quota", retryable: true });
    expect(server.requests).toHaveLength(4);
  });

  test("5xx is tried again, then llm-unavailable", async () => {
    const { error, server } = await fails(path, [{ error: "server" }], { maxRetries: 1 });
    expect(error).toMatchObject({ code: "llm-unavailable", retryable: true });
    expect(server.requests).toHaveLength(2);
  });

  test("a prompt that is too long is llm-context-length", async () => {
    const { error, server } = await fails(path, [{ error: "context" }], {}, callOf({ schema: PLAN_SCHEMA }));
    expect(error.code).toBe("llm-context-length");
    expect(server.requests).toHaveLength(1);
  });

  test("an unknown model is llm-unavailable", async () => {
    const { error } = await fails(path, [{ error: "missing" }]);
    expect(error.code).toBe("llm-unavailable");
    expect(error.message).toContain("check");
  });

  test("nobody at the address is llm-unavailable after the tries", async () => {
    const server = await startProviderServer(await readWire(path.wire));
    await server.close();
    const model = await openAt(path, server.url, { maxRetries: 1 });
    expect(await rejection(collect(model.stream(callOf())))).toMatchObject({
      code: "llm-unavailable",
      retryable: true,
    });
  });

  test("no first token in time is a timeout, and so is a stall", async () => {
    const { error, server } = await fails(path, [{ silent: true }], { timeoutMs: 100 });
    expect(error.code).toBe("timeout");
    expect(server.requests).toHaveLength(1);
    const stalled = await fails(path, [{ pieces: ["one"], cut: "hang" }], { stallMs: 100 });
    expect(stalled.error.code).toBe("timeout");
  });

  test("a connection that breaks in mid-stream is not tried again", async () => {
    const { error, server } = await fails(path, [{ pieces: ["one"], cut: "close" }]);
    expect(error.code).toBe("llm-unavailable");
    expect(server.requests).toHaveLength(1);
  });

  test("text instead of JSON is llm-malformed, and so is JSON cut short", async () => {
    const call = callOf({ schema: PLAN_SCHEMA });
    expect((await fails(path, [{ pieces: ["{nodes: ", "none}"] }], {}, call)).error.code).toBe("llm-malformed");
    const cut = await fails(path, [{ pieces: ['{"nodes": [', '{"ta'], ending: "length" }], {}, call);
    expect(cut.error).toMatchObject({ code: "llm-malformed", message: expect.stringContaining("limit") });
  });

  test("an empty answer is llm-refused", async () => {
    expect((await fails(path, [{ pieces: [] }])).error.code).toBe("llm-refused");
  });

  test("a schema that the server refuses is asked for by lesser means, and that is remembered", async () => {
    const { server, model, close } = await open(path, [
      { error: "schema" },
      { error: "schema" },
      { pieces: ["Sure: ```json\n", '{"nodes": []}', "\n```"] },
    ]);
    const call = callOf({ schema: PLAN_SCHEMA });
    expect(textOf(await collect(model.stream(call)))).toBe('{"nodes": []}');
    expect(server.requests).toHaveLength(3);
    expect(JSON.stringify(server.requests[0]?.body)).toContain('"task"');
    expect(JSON.stringify(server.requests[2]?.body)).toContain("JSON Schema");
    await collect(model.stream(call));
    expect(server.requests).toHaveLength(4);
    await close();
  });
});

describe.each(paths.filter(({ title }) => title !== "ollama"))("LangChain $title, hosted", (path) => {
  test("a refusal is llm-refused, even after some text", async () => {
    expect((await fails(path, [{ pieces: ["I"], ending: "refusal" }])).error.code).toBe("llm-refused");
  });

  test("no money left is llm-quota at once", async () => {
    const { error, server } = await fails(path, [{ error: "money" }]);
    expect(error.code).toBe("llm-quota");
    expect(server.requests).toHaveLength(1);
  });

  test("the key is sent", async () => {
    const { server, model, close } = await open(path, [{ pieces: ["x"] }]);
    await collect(model.stream(callOf()));
    expect(JSON.stringify(server.requests[0]?.headers)).toContain(KEY);
    expect(model.name).not.toContain(KEY);
    await close();
  });
});
