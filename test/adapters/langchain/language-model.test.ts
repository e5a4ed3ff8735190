// A sceptic doubts what goes over the wire: pictures, schemas, keys; and what is made of a server's refusals and wishes.
import { collect } from "../../collect.ts";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { expect, onTestFinished, test } from "vitest";
import { loadNodeLlamaCpp } from "../../../src/adapters/llama-cpp/node-llama-cpp.ts";
import { openLanguageModel, type OpenLanguageModelOptions } from "../../../src/adapters/langchain/open.ts";
import { parseModelName, type ModelName } from "../../../src/llm/parse-model-name.ts";
import { callOf, PLAN_SCHEMA, textOf } from "../../contracts/language-model.contract.ts";
import { rejection } from "../../contracts/contract.ts";
import { readWire, startProviderServer, type Reply } from "../../fakes/provider-server.ts";

const JSON_PIECES = ['{"nodes": [{"task": ', '"caption"}]}'];

async function open(
  text: string,
  wire: string,
  replies: readonly Reply[],
  more: Partial<OpenLanguageModelOptions> = {},
) {
  const server = await startProviderServer(await readWire(wire));
  onTestFinished(() => server.close());
  server.reply(...replies);
  const { url } = server;
  const model = await openLanguageModel(named(text.replace("URL", `${url}/v1`)), {
    keys: { openai: "key-o", anthropic: "key-a", googleGenai: "key-g", huggingface: "key-h" },
    baseUrls: { openai: `${url}/v1`, anthropic: url, "google-genai": url, ollama: url, huggingface: `${url}/v1` },
    backoffMs: 1,
    ...more,
  });
  return { server, model };
}

function named(text: string): Exclude<ModelName, { provider: "none" }> {
  const name = parseModelName(text);
  if (name.provider === "none") throw new Error("a test names a model");
  return name;
}

test("each provider gets the schema in its own words", async () => {
  const call = callOf({ schema: PLAN_SCHEMA, maxTokens: 100 });
  const sent = async (name: string, wire: string) => {
    const { server, model } = await open(name, wire, [{ pieces: JSON_PIECES }]);
    await collect(model.stream(call));
    return server.requests[0]?.body;
  };
  expect(await sent("openai:gpt-4.1-mini", "openai")).toMatchObject({
    stream: true,
    temperature: 0,
    max_tokens: 100,
    response_format: { type: "json_schema", json_schema: { schema: PLAN_SCHEMA, strict: false } },
  });
  expect(await sent("anthropic:claude-haiku-4-5", "anthropic")).toMatchObject({
    stream: true,
    temperature: 0,
    max_tokens: 100,
    output_config: { format: { type: "json_schema", schema: { additionalProperties: false, required: ["nodes"] } } },
    system: [{ text: "You plan.", cache_control: { type: "ephemeral" } }],
  });
  expect(await sent("google-genai:gemini-2.5-flash", "google-genai")).toMatchObject({
    systemInstruction: { parts: [{ text: "You plan." }] },
    generationConfig: {
      temperature: 0,
      maxOutputTokens: 100,
      responseMimeType: "application/json",
      responseSchema: { required: ["nodes"] },
    },
  });
  expect(await sent("ollama:qwen3:4b", "ollama")).toMatchObject({
    model: "qwen3:4b",
    format: PLAN_SCHEMA,
    options: { temperature: 0, num_predict: 100, num_ctx: 16_384 },
  });
});

test("an older Claude gives its JSON as the input of a tool, in pieces", async () => {
  const { server, model } = await open("anthropic:claude-3-5-haiku-latest", "anthropic", [
    { error: "schema" },
    { pieces: JSON_PIECES, tool: true },
  ]);
  const chunks = await collect(model.stream(callOf({ schema: PLAN_SCHEMA })));
  expect(chunks.map((chunk) => chunk.type === "text" && chunk.text)).toEqual([...JSON_PIECES, false]);
  expect(server.requests[1]?.body).toMatchObject({ tool_choice: { type: "tool", name: "answer" } });
});

test("a model that takes no temperature is asked without, and from then on", async () => {
  const { server, model } = await open("openai:gpt-5-mini", "openai", [{ error: "temperature" }, { pieces: ["x"] }]);
  await collect(model.stream(callOf()));
  await collect(model.stream(callOf()));
  expect(server.requests.map(({ body }) => body["temperature"])).toEqual([0, undefined, undefined]);
});

test.each([
  ["openai:gpt-4.1-mini", "openai"],
  ["anthropic:claude-haiku-4-5", "anthropic"],
  ["google-genai:gemini-2.5-flash", "google-genai"],
  ["ollama:llava", "ollama"],
])("%s is sent a picture if it sees, else told of it", async (name, wire) => {
  const bytes = Buffer.from("picture bytes");
  const messages = [
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image", mediaType: "image/png", bytes },
      ],
    },
  ] as const;
  for (const seesImages of [true, false]) {
    const { server, model } = await open(name, wire, [{ pieces: ["a dog"] }], { seesImages });
    expect(model.seesImages).toBe(seesImages);
    await collect(model.stream(callOf({ messages })));
    const body = JSON.stringify(server.requests[0]?.body);
    expect(body.includes(bytes.toString("base64"))).toBe(seesImages);
    expect(body).toContain("What is this?");
  }
});

test("hosted models are known to see and how much they read", async () => {
  const { model } = await open("openai:gpt-4.1-mini", "openai", []);
  expect(model).toMatchObject({ name: "openai:gpt-4.1-mini", seesImages: true, contextTokens: 1_047_576 });
});

test("a server without a key of its own is not shown another's", async () => {
  const before = process.env["OPENAI_API_KEY"];
  process.env["OPENAI_API_KEY"] = "sk-meant-for-openai-only";
  onTestFinished(() => {
    if (before === undefined) delete process.env["OPENAI_API_KEY"];
    else process.env["OPENAI_API_KEY"] = before;
  });
  const { server, model } = await open("openai-compatible:URL#qwen", "openai", [{ pieces: ["x"] }]);
  await collect(model.stream(callOf()));
  expect(JSON.stringify(server.requests[0])).not.toContain("sk-meant-for-openai-only");
});

test.each(["openai:gpt-4.1-mini", "anthropic:claude-haiku-4-5", "google-genai:gemini-2.5-flash", "huggingface:a/b"])(
  "%s without a key says which to set",
  async (name) => {
    expect(await rejection(openLanguageModel(named(name), { keys: {} }))).toMatchObject({
      code: "llm-auth",
      message: expect.stringMatching(/set [A-Z_]+/u),
    });
  },
);

test("a provider that wants a long wait is given up at once, with the wait", async () => {
  const { server, model } = await open("openai:gpt-4.1-mini", "openai", [
    { error: "rate", headers: { "retry-after": "120" } },
  ]);
  expect(await rejection(collect(model.stream(callOf())))).toMatchObject({
    code: "llm-quota",
    retryable: true,
    retryAfter: 120,
  });
  expect(server.requests).toHaveLength(1);
});

test("an abort ends the wait for another try", async () => {
  const { server, model } = await open("openai:gpt-4.1-mini", "openai", [
    { error: "rate", headers: { "retry-after": "15" } },
  ]);
  const controller = new AbortController();
  const failure = rejection(collect(model.stream(callOf({ signal: controller.signal }))));
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort();
  expect(await failure).toMatchObject({ code: "canceled" });
});

test("LangChain's callbacks see the call, its tokens and its end", async () => {
  const seen: string[] = [];
  const handler = BaseCallbackHandler.fromMethods({
    handleChatModelStart: () => void seen.push("start"),
    handleLLMNewToken: (token) => void (token === "" || seen.push(token)),
    handleLLMEnd: () => void seen.push("end"),
  });
  const { model } = await open("openai:gpt-4.1-mini", "openai", [{ pieces: ["a", "b"] }], { callbacks: [handler] });
  expect(textOf(await collect(model.stream(callOf())))).toBe("ab");
  expect(seen).toEqual(["start", "a", "b", "end"]);
});

test("a GGUF says what is missing: the package, then the file", async () => {
  const missing = () => Promise.reject(Object.assign(new Error("no such package"), { code: "ERR_MODULE_NOT_FOUND" }));
  const without = await openLanguageModel(named("llama-cpp:/nowhere/model.gguf"), {
    keys: {},
    llamaCpp: { load: missing },
  });
  expect(without.name).toBe("llama-cpp:/nowhere/model.gguf");
  expect(await rejection(collect(without.stream(callOf())))).toMatchObject({
    code: "llm-unavailable",
    message: expect.stringContaining("npm install --no-save node-llama-cpp"),
  });
  const other = () => Promise.resolve({ getLlama: "something else" });
  expect(await rejection(loadNodeLlamaCpp(other))).toMatchObject({ code: "llm-unavailable" });
  const fits = () =>
    Promise.resolve({ getLlama: () => undefined, LlamaChat: () => undefined, resolveModelFile: () => undefined });
  const fileless = await openLanguageModel(named("llama-cpp:/nowhere/model.gguf"), {
    keys: {},
    llamaCpp: { load: fits },
  });
  expect(await rejection(collect(fileless.stream(callOf())))).toMatchObject({
    code: "llm-unavailable",
    message: expect.stringContaining("/nowhere/model.gguf"),
  });
});
