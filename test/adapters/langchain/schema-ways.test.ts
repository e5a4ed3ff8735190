// A sceptic doubts that a server of another age than OpenAI's still holds the model to a schema, or gets a prompt it can read.
import { expect, test } from "vitest";
import { openLanguageModel } from "../../../src/adapters/langchain/open.ts";
import { collect } from "../../collect.ts";
import { callOf, PLAN_SCHEMA, textOf } from "../../contracts/language-model.contract.ts";
import { readWire, startProviderServer, type Reply } from "../../fakes/provider-server.ts";

async function askCompatible(replies: readonly Reply[], schema: Parameters<typeof callOf>[0] = {}) {
  const server = await startProviderServer(await readWire("openai"));
  server.reply(...replies);
  const name = { provider: "openai-compatible", url: `${server.url}/v1`, model: "tiny" } as const;
  const model = await openLanguageModel(name, { keys: {}, backoffMs: 1 });
  const text = textOf(await collect(model.stream(callOf(schema))));
  await server.close();
  return { text, bodies: server.requests.map(({ body }) => JSON.stringify(body)) };
}

test("a server that calls an unknown response_format its own failure gets the older one, schema and all", async () => {
  const replies = [{ error: "schema-llama-cpp-python" }, { pieces: ['{"nodes": []}'] }];
  const { text, bodies } = await askCompatible(replies, { schema: PLAN_SCHEMA });
  expect(text).toBe('{"nodes": []}');
  expect(bodies).toHaveLength(2);
  expect(bodies[0]).toContain('"type":"json_schema"');
  expect(bodies[1]).toContain('"response_format":{"type":"json_object","schema":{');
});

test("a failure that is the server's own is tried again as it was", async () => {
  const { bodies } = await askCompatible([{ error: "server" }, { pieces: ['{"nodes": []}'] }], { schema: PLAN_SCHEMA });
  expect(bodies[1]).toBe(bodies[0]);
});

test("a schema is told in words where nothing holds the model to it, unless it is longer than any prompt", async () => {
  const refused = [{ error: "schema" }, { error: "schema" }, { error: "schema" }];
  const replies = [...refused, { pieces: ['{"nodes": []}'] }];
  const short = await askCompatible(replies, { schema: PLAN_SCHEMA });
  expect(short.bodies[3]).toContain("It must fit this JSON Schema");
  const names = Array.from({ length: 1000 }, (_, at) => `name-${at}`);
  const schema = { type: "object", properties: { nodes: { type: "array", items: { enum: names } } } };
  const long = await askCompatible(replies, { schema });
  expect(long.bodies[3]).toContain("Answer with one JSON value");
  expect(long.bodies[3]).not.toContain("name-999");
});
