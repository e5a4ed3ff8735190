/** Does all of it hold with servers that nobody here wrote? Their weights are random, unless TUTTI_TEST_GGUF names others. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TaskSpec } from "../../../../src/registry/task-spec.ts";
import type { Embedding, Label } from "../../../../src/run/value.ts";
import { openaiProvider } from "../../../../tools/providers/openai/index.ts";
import { featureExtraction } from "../../../../tools/tasks/feature-extraction.ts";
import { imageToText } from "../../../../tools/tasks/image-to-text.ts";
import { sentimentAnalysis } from "../../../../tools/tasks/sentiment-analysis.ts";
import { summarization } from "../../../../tools/tasks/summarization.ts";
import { textGeneration } from "../../../../tools/tasks/text-generation.ts";
import { zeroShotClassification } from "../../../../tools/tasks/zero-shot-classification.ts";
import { isRandom } from "../../../llm/real/what-is-here.ts";
import { sample } from "../../builtin/run-expert.ts";
import { callOpenai, connectOpenai, contextOf, faultOf, setupOf, type Written } from "./connect-openai.ts";
import { llamaCppPython, llamaServer, type RealServer, type RunningServer } from "./real-servers.ts";

const START_LIMIT_MS = 120_000;
const shortly = { options: { maxTokens: 24, temperature: 0 } };
const signal = new AbortController().signal;

/** Declares the tests, or says why there are none. */
function withServer(name: string, server: RealServer, declare: (written: WriteFor) => void): void {
  describe(name, { timeout: 60_000 }, () => {
    // oxlint-disable-next-line vitest/expect-expect, vitest/no-conditional-tests -- it only says why there is nothing to expect
    if (server.missing !== undefined) return it("needs the server", (context) => context.skip(server.missing));
    let running: RunningServer | undefined;
    beforeAll(async () => {
      running = await server.start();
    }, START_LIMIT_MS);
    afterAll(() => running?.stop());
    declare((task, settings = {}) => {
      if (!running) throw new Error("the server has not been started");
      const { url, model } = running;
      return { task, url, settings: { model, ...settings } };
    });
  });
}

type WriteFor = (task: TaskSpec, settings?: Readonly<Record<string, unknown>>) => Written;

/** What holds for both. */
function declareChat(written: WriteFor): void {
  it("answers, streamed, and tells what it took where it tells that", async () => {
    const context = await contextOf();
    const { text } = await callOpenai(written(textGeneration, shortly), { text: "Once upon a time" }, context);
    expect(text).toMatch(/\S/);
    for (const told of context.told) expect(told).toMatchObject({ outputTokens: 24, inputTokens: expect.any(Number) });
  });

  it("says the same twice where the temperature is 0", async () => {
    const [first, second] = [
      await callOpenai(written(summarization, shortly), { text: "Ann has a red hat. It is new." }),
      await callOpenai(written(summarization, shortly), { text: "Ann has a red hat. It is new." }),
    ];
    expect(first).toEqual(second);
  });

  it("stops when nobody wants the answer any more, and then answers others", async () => {
    const controller = new AbortController();
    const settings = { options: { maxTokens: 900 } };
    const call = callOpenai(written(textGeneration, settings), { text: "Count." }, await contextOf(controller.signal));
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "canceled" });
    await expect(callOpenai(written(textGeneration, shortly), { text: "Hi" })).resolves.toHaveProperty("text");
  });

  it("refuses what is longer than it can read, as the caller's fault", async () => {
    const fault = await faultOf(written(summarization), { text: "many words ".repeat(40_000) });
    expect(fault).toMatchObject({ code: "bad-input", message: expect.stringMatching(/context/i) });
  });

  it("is well", async () => {
    await expect(openaiProvider.probe!(setupOf(written(textGeneration)), signal)).resolves.toBeUndefined();
  });
}

withServer("llama-server", llamaServer, (written) => {
  declareChat(written);

  it("keeps to a schema, so that categories are right whatever the weights", async () => {
    const inputs = { text: "The striker scored twice.", labels: "sports, state budget, cooking" };
    const outputs = await callOpenai(written(zeroShotClassification), inputs);
    const labels = outputs["labels"] as Label[];
    expect(labels.map(({ label }) => label).toSorted()).toEqual(["cooking", "sports", "state budget"]);
    for (const { score } of labels) expect(score >= 0 && score <= 1).toBe(true);
    expect(labels).toEqual(labels.toSorted((a, b) => b.score - a.score));
    expect(outputs["text"]).toBe(labels[0]?.label);
  });

  it("tells what an answer took, and what of it was known", async () => {
    const context = await contextOf();
    await callOpenai(written(sentimentAnalysis), { text: "Cold food, rude waiters." }, context);
    const [usage] = context.told;
    expect(usage).toMatchObject({ inputTokens: expect.any(Number), cachedTokens: expect.any(Number) });
    expect(usage?.inputTokens).toBeGreaterThan(20);
  });

  it("makes vectors, each of its own text, alone and in a batch", async () => {
    const texts = ["a red circle", "the state budget", "a red circle"];
    const expert = connectOpenai({
      ...written(featureExtraction),
      limits: { batch: { max: 8, waitMs: 0, memoryMiB: 0 } },
    });
    const contexts = await Promise.all(texts.map(() => contextOf()));
    const outcomes = await expert.runBatch!(
      undefined,
      texts.map((text) => ({ text })),
      contexts,
      signal,
    );
    const vectors = outcomes.map((outcome) => (outcome as { embedding: Embedding }).embedding.vector);
    expect(vectors[0]?.length).toBeGreaterThan(8);
    expect(cosine(vectors[0]!, vectors[2]!)).toBeGreaterThan(0.999);
    expect(cosine(vectors[0]!, vectors[1]!)).toBeLessThan(0.999);
    // Not of the second text: this server itself gives that another vector alone than in a batch (seen with random weights).
    const alone = (await expert.run(undefined, { text: texts[0] }, contexts[0]!)) as { embedding: Embedding };
    expect(alone.embedding.space).toMatch(/@openai$/);
    expect(cosine(alone.embedding.vector, vectors[0]!)).toBeGreaterThan(0.999);
    expect(contexts.every(({ told }) => (told[0]?.inputTokens ?? 0) > 0)).toBe(true);
  });

  it.skipIf(!isRandom)("says that its model has no eyes", async () => {
    const fault = await faultOf(written(imageToText), { image: sample("coffee.png") });
    expect(fault).toMatchObject({
      code: "expert-unavailable",
      message: expect.stringContaining("takes no such input"),
    });
  });
});

withServer("llama-cpp-python", llamaCppPython, (written) => {
  declareChat(written);

  it.skipIf(!isRandom)(
    "doesn't know schemas, is asked for JSON without, and fails where the answer doesn't fit",
    async () => {
      const inputs = { text: "The striker scored twice.", labels: "sports, cooking" };
      const fault = await faultOf(written(zeroShotClassification, shortly), inputs);
      expect(fault).toMatchObject({ code: "expert-failed" });
      expect(fault).toHaveProperty("message", expect.not.stringContaining("response_format"));
    },
  );

  it("gives a vector for each token, which is told", async () => {
    await expect(faultOf(written(featureExtraction), { text: "a red circle" })).resolves.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringContaining("a vector for each token"),
    });
  });
});

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, at) => sum + value * y[at]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
