// A sceptic doubts that what a server says of its model is read, and that a silent one does no harm.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { probeCompatible, probeOllama } from "../../../src/adapters/langchain/probe.ts";
import { openLanguageModel } from "../../../src/adapters/langchain/open.ts";

async function serving(answers: Readonly<Record<string, unknown>>): Promise<string> {
  const server = createServer((request, response) => {
    void (async () => {
      if (request.method === "POST") await json(request);
      const answer = answers[request.url ?? ""];
      response
        .writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" })
        .end(JSON.stringify(answer ?? {}));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("Ollama tells of eyes and context, which is not taken whole", async () => {
  const url = await serving({
    "/api/show": {
      capabilities: ["completion", "vision"],
      model_info: { "general.architecture": "gemma3", "gemma3.context_length": 131_072 },
    },
  });
  expect(await probeOllama(url, "gemma3:4b")).toEqual({ seesImages: true, contextTokens: 131_072 });
  const model = await openLanguageModel(
    { provider: "ollama", model: "gemma3:4b" },
    { keys: {}, baseUrls: { ollama: url } },
  );
  expect(model).toMatchObject({ seesImages: true, contextTokens: 16_384 });
});

test("OpenAI-compatible servers tell of the context in a word of their own", async () => {
  const url = await serving({
    "/v1/models": { data: [{ id: "a", max_model_len: 4096 }, { id: "b", meta: { n_ctx: 2048 } }, { id: "c" }] },
  });
  expect(await Promise.all(["a", "b", "c", "d"].map((id) => probeCompatible(`${url}/v1`, id, undefined)))).toEqual(
    [4096, 2048, undefined, undefined].map((contextTokens) => ({ contextTokens })),
  );
});

test("who does not answer tells nothing", async () => {
  const url = await serving({});
  expect(await probeOllama(url, "x")).toEqual({ seesImages: undefined, contextTokens: undefined });
  expect(await probeCompatible("http://127.0.0.1:1/v1", "x", "key")).toEqual({ contextTokens: undefined });
});
