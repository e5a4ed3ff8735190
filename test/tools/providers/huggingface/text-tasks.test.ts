/** Does every task on texts send what a server of the hub expects, and read what it answers, down to offsets? */
import { describe, expect, it } from "vitest";
import type { Label } from "../../../../src/run/value.ts";
import { huggingfaceProvider, huggingfaceTasks } from "../../../../tools/providers/huggingface/index.ts";
import { knownTasks } from "../../../../tools/tasks/index.ts";
import { startExpert } from "../http/connect-http.ts";
import { call, taskOf } from "./call-task.ts";
import { callHub, jsonOf, newModel, served, setupOf, startHub, TOKEN } from "./connect-hub.ts";

describe("text", () => {
  it("is posted to the model's route with the token, after the hub was asked who runs it", async () => {
    const hub = await startHub(served("summarization"), () => ({ body: [{ summary_text: " Short. " }] }));
    const settings = { model: newModel(), parameters: { max_length: 20 }, billTo: "acme", ...hub.settings };
    const outputs = await callHub({ task: taskOf("summarization"), settings }, { text: "Long." });
    expect(outputs).toEqual({ text: "Short." });
    expect(hub.received[0]).toMatchObject({
      method: "GET",
      path: expect.stringMatching(`^/api/models/${settings.model}\\?`),
    });
    const sent = hub.received.at(-1);
    expect(sent).toMatchObject({ method: "POST", path: "/hf-inference/models/theirs/model" });
    expect(sent?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, "x-hf-bill-to": "acme" });
    expect(jsonOf(sent)).toEqual({ inputs: "Long.", parameters: { max_length: 20 } });
  });

  it("is classified, classes renamed as the settings say, best first", async () => {
    const body = [
      [
        { label: "A", score: 0.2 },
        { label: "B", score: 0.8 },
      ],
    ];
    const { outputs } = await call("text-classification", { text: "x" }, body, { labels: { B: "spam" } });
    expect(outputs).toEqual({
      labels: [
        { label: "spam", score: 0.8 },
        { label: "A", score: 0.2 },
      ],
      text: "spam",
    });
  });

  it.each([
    [
      [
        ["POSITIVE", 0.9],
        ["NEGATIVE", 0.1],
      ],
      {},
      "positive",
    ],
    [
      [
        ["LABEL_0", 0.9],
        ["LABEL_1", 0.1],
      ],
      { LABEL_0: "negative", LABEL_1: "positive" },
      "negative",
    ],
    [
      [
        ["1 star", 0.3],
        ["2 stars", 0.25],
        ["5 stars", 0.4],
        ["3 stars", 0.05],
      ],
      {},
      "negative",
    ],
  ])("has a sentiment, whatever its model calls it: %j", async (classes, names, best) => {
    const body = [classes.map(([label, score]) => ({ label, score }))];
    const hub = await startHub(served("text-classification"), () => ({ body }));
    const settings = { labels: names as Record<string, string>, ...hub.settings };
    const outputs = await callHub({ task: taskOf("sentiment-analysis"), settings }, { text: "x" });
    expect(outputs["text"]).toBe(best);
    const kinds = (outputs["labels"] as Label[]).map(({ label }) => label);
    expect(["positive", "negative", "neutral"]).toEqual(expect.arrayContaining(kinds));
  });

  it("has no sentiment where nobody says which class is which", async () => {
    const hub = await startHub(served("text-classification"), () => ({ body: [[{ label: "LABEL_0", score: 1 }]] }));
    await expect(
      callHub({ task: taskOf("sentiment-analysis"), settings: hub.settings }, { text: "x" }),
    ).rejects.toMatchObject({ code: "expert-unavailable", message: expect.stringContaining("settings.labels") });
  });

  it("has a language, told by name", async () => {
    const hub = await startHub(served("text-classification"), () => ({ body: [[{ label: "pt", score: 0.98 }]] }));
    const outputs = await callHub(
      { task: taskOf("language-identification"), settings: hub.settings },
      { text: "Bom dia" },
    );
    expect(outputs).toEqual({ labels: [{ label: "pt", score: 0.98 }], text: "Portuguese" });
  });

  it("is sorted into the categories that were named, in either form of the answer", async () => {
    const inputs = { text: "x", labels: "sports, politics or cooking" };
    for (const body of [
      { sequence: "x", labels: ["cooking", "sports", "politics"], scores: [0.7, 0.2, 0.1] },
      [
        { label: "politics", score: 0.1 },
        { label: "cooking", score: 0.7 },
        { label: "sports", score: 0.2 },
      ],
    ]) {
      const { outputs, sent } = await call("zero-shot-classification", inputs, body);
      expect(outputs).toMatchObject({ text: "cooking", labels: [{ label: "cooking" }, { label: "sports" }, {}] });
      expect(jsonOf(sent)).toEqual({
        inputs: "x",
        parameters: { candidate_labels: ["sports", "politics", "cooking"] },
      });
    }
  });

  it("has names at UTF-16 offsets, as they stand in it", async () => {
    const text = "🙂 Ada met Émile in LONDON.";
    const points = Array.from(text);
    const at = (word: string) => {
      const start = points.join("").indexOf(word);
      return {
        start: Array.from(text.slice(0, start)).length,
        end: Array.from(text.slice(0, start + word.length)).length,
      };
    };
    const { outputs, sent } = await call("token-classification", { text }, [
      { entity_group: "PER", score: 0.99, word: "Ada", ...at("Ada") },
      { entity_group: "PER", score: 0.98, word: "émile", ...at("Émile") },
      { entity_group: "LOC", score: 0.97, word: "london", ...at("LONDON") },
    ]);
    const { rows } = outputs["table"] as { rows: string[][] };
    expect(rows.map(([entity, type]) => [entity, type])).toEqual([
      ["Ada", "person"],
      ["Émile", "person"],
      ["LONDON", "place"],
    ]);
    for (const [entity, , start, end] of rows) expect(text.slice(Number(start), Number(end))).toBe(entity);
    expect(outputs["text"]).toBe("person: Ada, Émile; place: LONDON");
    expect(jsonOf(sent)).toMatchObject({ parameters: { aggregation_strategy: "simple" } });
  });

  it("answers a question, or says that it does not", async () => {
    const inputs = { context: "Ada was born in London.", question: "Where?" };
    const answer = { answer: "London", score: 0.9, start: 16, end: 22 };
    expect((await call("question-answering", inputs, answer)).outputs).toEqual({ text: "London" });
    const none = { answer: "", score: 0.9, start: 0, end: 0 };
    expect((await call("question-answering", inputs, none)).outputs).toEqual({ text: "The text does not say." });
  });

  it("is compared", async () => {
    const { outputs, sent } = await call("sentence-similarity", { text: "a b", other: "c d" }, [0.81234]);
    expect(outputs).toMatchObject({ score: 0.812 });
    expect(sent?.path).toBe("/hf-inference/models/theirs/model/pipeline/sentence-similarity");
    expect(jsonOf(sent)).toEqual({ inputs: { source_sentence: "a b", sentences: ["c d"] } });
  });

  it.each([
    ["a vector", [3, 4], [0.6, 0.8]],
    ["a batch of one", [[3, 4]], [0.6, 0.8]],
    [
      "a vector for each token",
      [
        [
          [3, 0],
          [3, 8],
        ],
      ],
      [0.6, 0.8],
    ],
  ])("is a vector of unit length, from %s", async (_what, body, vector) => {
    const { outputs, model } = await call("feature-extraction", { text: "x" }, body);
    const embedding = outputs["embedding"] as { space: string; vector: number[] };
    expect(embedding.space).toBe(`huggingface/${model}`);
    expect(embedding.vector.map((number) => Math.round(number * 1e6) / 1e6)).toEqual(vector);
  });

  it.each([[[]], [[[1, 2], [3]]], [["a"]], [[0, 0]]])("is no vector where the answer is %j", async (body) => {
    await expect(call("feature-extraction", { text: "x" }, body)).rejects.toMatchObject({ code: "expert-failed" });
  });

  it("is generated by chatting, or by completion where the settings say so", async () => {
    const model = newModel();
    const message = { role: "assistant", content: "<think>\nhm\n</think>\n\nThe sea." };
    const completion = { id: "1", created: 1, model, usage: {}, choices: [{ message, finish_reason: "stop" }] };
    const hub = await startHub(served("conversational"), () => ({ body: completion }));
    const task = taskOf("text-generation");
    const settings = { model, parameters: { max_tokens: 50 }, ...hub.settings };
    expect(await callHub({ task, settings }, { text: "Write." })).toEqual({ text: "The sea." });
    expect(hub.received).toHaveLength(1);
    expect(hub.received[0]).toMatchObject({ path: "/v1/chat/completions" });
    expect(jsonOf(hub.received[0])).toEqual({ model, max_tokens: 50, messages: [{ role: "user", content: "Write." }] });

    const { outputs, sent } = await call(
      "text-generation",
      { text: "Once" },
      { choices: [{ text: " upon a time." }] },
      { parameters: { max_new_tokens: 7 } },
    );
    expect(outputs).toEqual({ text: "upon a time." });
    expect(sent?.path).toBe("/hf-inference/models/theirs/model/v1/completions");
    expect(jsonOf(sent)).toMatchObject({ prompt: "Once", max_tokens: 7 });
  });
});

describe("translation", () => {
  const body = [{ translation_text: "Bonjour" }];
  const languages = { French: "fra_Latn", de: "deu_Latn" };

  it.each([
    ["French", "fra_Latn"],
    ["fr", "fra_Latn"],
    ["fr-CA", "fra_Latn"],
    [" german ", "deu_Latn"],
  ])("tells the model the language %s as it calls it", async (language, code) => {
    const { outputs, sent } = await call("translation", { text: "Hello", language }, body, { languages });
    expect(outputs).toEqual({ text: "Bonjour" });
    expect(jsonOf(sent)).toEqual({ inputs: "Hello", parameters: { tgt_lang: code } });
  });

  it("leaves it to a model that knows only one", async () => {
    for (const language of ["French", undefined]) {
      const { sent } = await call("translation", { text: "Hello", language }, body, { languages: { fr: "" } });
      expect(jsonOf(sent)).toEqual({ inputs: "Hello" });
    }
  });

  it.each([[languages], [{}]])("is not done into some other language than was asked for (%j)", async (known) => {
    await expect(
      call("translation", { text: "Hello", language: "Klingon" }, body, { languages: known }),
    ).rejects.toMatchObject({ code: "expert-failed", retryable: false, message: expect.stringContaining("languages") });
  });
});

describe("an endpoint of one's own", () => {
  it("is asked in place of a provider, without the hub and without a token", async () => {
    const { url, received } = await startExpert(() => ({ body: [{ summary_text: "Short." }] }));
    const settings = { endpointUrl: `${url}/mine` };
    expect(await callHub({ task: taskOf("summarization"), settings, token: null }, { text: "Long." })).toEqual({
      text: "Short.",
    });
    expect(received).toHaveLength(1);
    expect(received[0]?.path).toBe("/mine");
    expect(received[0]?.headers).not.toHaveProperty("authorization");
  });

  it("may chat", async () => {
    const message = { role: "assistant", content: "Ahoy." };
    const completion = { id: "1", created: 1, model: "m", usage: {}, choices: [{ message }] };
    const { url, received } = await startExpert(() => ({ body: completion }));
    const settings = { endpointUrl: url };
    expect(await callHub({ task: taskOf("text-generation"), settings }, { text: "Greet." })).toEqual({ text: "Ahoy." });
    expect(received[0]).toMatchObject({
      path: "/v1/chat/completions",
      headers: { authorization: `Bearer ${TOKEN}` },
    });
  });
});

it("knows what it has a call for, and refuses the rest", () => {
  const ids = new Set(knownTasks.map(({ id }) => id));
  for (const id of huggingfaceTasks) expect(ids.has(id), id).toBe(true);
  expect(() => huggingfaceProvider.connect(setupOf({ task: taskOf("depth-estimation") }))).toThrow(
    expect.objectContaining({ code: "bad-input", message: expect.stringContaining("no call for depth-estimation") }),
  );
});
