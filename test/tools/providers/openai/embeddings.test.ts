/** Does each text get its own vector, and is it known which vectors may be compared? */
import { describe, expect, it } from "vitest";
import { featureExtraction } from "../../../../tools/tasks/feature-extraction.ts";
import { startExpert, type Reply } from "../http/connect-http.ts";
import { callOpenai, connectOpenai, contextOf, faultOf, refusal, sentIn, type Written } from "./connect-openai.ts";

const task = featureExtraction;

/** A server whose vectors tell of the text: its length and its first letter. Answers backwards, as it may. */
function startEmbedder(reply?: (texts: readonly string[]) => Reply) {
  return startExpert((received) => {
    const { input } = sentIn(received) as { input: string | string[] };
    const texts = typeof input === "string" ? [input] : input;
    if (reply) return reply(texts);
    const data = texts.map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) }));
    const tokens = texts.join("").length;
    return { body: { data: data.toReversed(), usage: { prompt_tokens: tokens, total_tokens: tokens } } };
  });
}

function vectorOf(text: string): number[] {
  return [text.length, text.charCodeAt(0) / 7, -0.5];
}

function runBatch(written: Written, texts: readonly string[], contexts: Awaited<ReturnType<typeof contextOf>>[]) {
  const batch = { max: 8, waitMs: 0, memoryMiB: 0 };
  const expert = connectOpenai({ ...written, limits: { batch } });
  return expert.runBatch!(
    undefined,
    texts.map((text) => ({ text })),
    contexts,
    new AbortController().signal,
  );
}

describe("a text", () => {
  it("becomes a vector in the space of its model, whoever hosts that", async () => {
    const { url, received } = await startEmbedder();
    const context = await contextOf();
    const outputs = await callOpenai({ task, url }, { text: "hello" }, context);
    expect(outputs).toEqual({ embedding: { space: "tested-1@openai", vector: vectorOf("hello") } });
    expect(received[0]?.path).toBe("/v1/embeddings");
    expect(sentIn(received[0])).toEqual({ model: "tested-1", input: "hello", encoding_format: "float" });
    expect(context.told).toEqual([{ inputTokens: 5 }]);
  });

  it("is in another space where vectors are cut, or the name means another model", async () => {
    const { url, received } = await startEmbedder();
    const settings = { options: { dimensions: 3 }, space: "our-own", prompt: "query: {{text}}" };
    const outputs = await callOpenai({ task, url, settings }, { text: "hello" });
    expect(outputs).toEqual({ embedding: { space: "tested-1:3@our-own", vector: vectorOf("query: hello") } });
    expect(sentIn(received[0])).toMatchObject({ dimensions: 3, input: "query: hello" });
  });

  it.each([
    ["none", { data: [] }, "1 texts with 0 vectors"],
    [
      "for each token",
      {
        data: [
          {
            embedding: [
              [1, 2],
              [3, 4],
            ],
          },
        ],
      },
      "a vector for each token",
    ],
    ["of words", { data: [{ embedding: ["a"] }] }, "no list of numbers"],
    ["of nothing", { data: [{ embedding: [] }] }, "no list of numbers"],
    ["of another text", { data: [{ index: 1, embedding: [1] }] }, "which vector is of which text"],
  ])("whose vector is %s fails", async (_what, body, message) => {
    const { url } = await startEmbedder(() => ({ body }));
    await expect(faultOf({ task, url }, { text: "hello" })).resolves.toMatchObject({
      message: expect.stringContaining(message),
    });
  });
});

describe("several texts", () => {
  const texts = ["first", "a second one", "3"];

  it("go in one request, and each gets its own vector and its share of what it took", async () => {
    const { url, received } = await startEmbedder();
    const contexts = await Promise.all(texts.map(() => contextOf()));
    const outcomes = await runBatch({ task, url }, texts, contexts);
    expect(outcomes).toEqual(
      texts.map((text) => ({ embedding: { space: "tested-1@openai", vector: vectorOf(text) } })),
    );
    expect(received).toHaveLength(1);
    expect(contexts.map(({ told }) => told)).toEqual([
      [{ inputTokens: 5 }],
      [{ inputTokens: 12 }],
      [{ inputTokens: 1 }],
    ]);
  });

  it("of which one is empty leave that out", async () => {
    const { url, received } = await startEmbedder();
    const contexts = await Promise.all([0, 1, 2].map(() => contextOf()));
    const outcomes = await runBatch({ task, url }, ["first", " ", "3"], contexts);
    expect(outcomes).toMatchObject([
      { embedding: { vector: vectorOf("first") } },
      { code: "bad-input" },
      { embedding: { vector: vectorOf("3") } },
    ]);
    expect(sentIn(received[0])["input"]).toEqual(["first", "3"]);
  });

  it("fail as a whole where it isn't known whose fault it is", async () => {
    for (const reply of [refusal(400, "too long", { code: "context_length_exceeded" }), { body: { data: [] } }]) {
      const { url } = await startEmbedder(() => reply);
      const contexts = await Promise.all(texts.map(() => contextOf()));
      await expect(runBatch({ task, url }, texts, contexts)).rejects.toBeInstanceOf(Error);
    }
  });
});
