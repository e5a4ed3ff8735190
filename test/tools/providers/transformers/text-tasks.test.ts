/** Do tasks on texts come out right of the real library, loaded and run through the provider? */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { placeEntities } from "../../../../tools/providers/transformers/tasks/name-entities.ts";
import { open } from "./call-provider.ts";
import { floats, lookUp, sumUp, table, textGraph, tokenizerOf, writeModel, type TinyModel } from "./tiny-models.ts";

let folder: string;
const make = (name: string, model: TinyModel) => writeModel(join(folder, name), model);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-tiny-"));
});

/** Adds up what each word says for good and for bad. */
const feelings = (): TinyModel => {
  const words = ["good", "great", "bad", "awful", "film"];
  const rows = { good: [0, 1], great: [0, 2], bad: [1, 0], awful: [2, 0] };
  return {
    config: {
      model_type: "bert",
      architectures: ["BertForSequenceClassification"],
      id2label: { 0: "NEGATIVE", 1: "POSITIVE" },
      max_position_embeddings: 12,
    },
    files: tokenizerOf(words),
    graphs: {
      model: textGraph(
        { w: table(words, rows, 2) },
        [...sumUp, { op: "Identity", inputs: ["summed"], outputs: ["logits"] }],
        [{ name: "logits", type: "float", shape: ["b", 2] }],
      ),
    },
  };
};

describe("classes of texts", () => {
  it("come best first, with the model's names", async () => {
    const expert = await open("text-classification", { model: await make("classes", feelings()) });
    expect(await expert.run({ text: "a great film" })).toEqual({
      text: "POSITIVE",
      labels: [
        { label: "POSITIVE", score: 0.881 },
        { label: "NEGATIVE", score: 0.119 },
      ],
    });
  });

  it("are the same in a batch of texts of several lengths", async () => {
    const expert = await open("text-classification", { model: await make("batch", feelings()) });
    const texts = ["good", "an awful , awful film", "great film"].map((text) => ({ text }));
    const alone = await Promise.all(texts.map((one) => expert.run(one)));
    expect(await expert.runBatch(texts)).toEqual(alone);
    expect(alone.map(({ text }) => text)).toEqual(["POSITIVE", "NEGATIVE", "POSITIVE"]);
  });

  it("get the task's names where the task has them", async () => {
    const expert = await open("sentiment-analysis", { model: await make("mood", feelings()) });
    expect(await expert.run({ text: "awful film" })).toMatchObject({ text: "negative (88 %)" });
  });

  it("are refused for a text that would be cut off", async () => {
    const expert = await open("text-classification", { model: await make("long", feelings()) });
    const text = "good ".repeat(13);
    await expect(expert.run({ text })).rejects.toMatchObject({ code: "bad-input" });
    await expect(expert.run({ text })).rejects.toThrow(/13 tokens, and .* reads at most 12/);
    await expect(expert.run({ text: "  " })).rejects.toMatchObject({ code: "bad-input" });
  });
});

it("sorts a text under the category that points the same way", async () => {
  const words = ["ball", "goal", "pan", "sports", "cooking"];
  const rows = { ball: [1, 0], goal: [1, 0], pan: [0, 1], sports: [1, 0], cooking: [0, 1] };
  const model = await make("zero-shot", {
    config: {
      model_type: "bert",
      architectures: ["BertForSequenceClassification"],
      id2label: { 0: "contradiction", 1: "neutral", 2: "entailment" },
      label2id: { contradiction: 0, neutral: 1, entailment: 2 },
    },
    files: tokenizerOf(words),
    graphs: {
      // The squared length of the sum: words that say the same make it longer.
      model: textGraph(
        { w: table(words, rows, 2), judge: floats([1, 3], [0, 0, 1]) },
        [
          ...sumUp,
          { op: "Mul", inputs: ["summed", "summed"], outputs: ["squares"] },
          { op: "ReduceSum", inputs: ["squares", "second"], outputs: ["length"], attributes: { keepdims: 1 } },
          { op: "MatMul", inputs: ["length", "judge"], outputs: ["logits"] },
        ],
        [{ name: "logits", type: "float", shape: ["b", 3] }],
      ),
    },
  });
  const expert = await open("zero-shot-classification", { model });
  expect(await expert.run({ text: "a ball and a goal", labels: "cooking, sports" })).toMatchObject({ text: "sports" });
  expect(await expert.run({ text: "a hot pan", labels: "cooking or sports" })).toMatchObject({ text: "cooking" });
});

describe("names in a text", () => {
  it("stand where they stand in the text", async () => {
    const words = ["Ada", "Lovelace", "lived", "in", "London"];
    const rows = {
      Ada: [0, 9, 0, 0],
      Lovelace: [0, 0, 9, 0],
      London: [0, 0, 0, 9],
      lived: [9, 0, 0, 0],
      in: [9, 0, 0, 0],
    };
    const model = await make("names", {
      config: {
        model_type: "bert",
        architectures: ["BertForTokenClassification"],
        id2label: { 0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC" },
      },
      files: tokenizerOf(words),
      graphs: {
        model: textGraph(
          { w: table(words, rows, 4) },
          [{ ...lookUp, outputs: ["logits"] }],
          [{ name: "logits", type: "float", shape: ["b", "s", 4] }],
        ),
      },
    });
    const expert = await open("token-classification", { model });
    expect(await expert.run({ text: "Ada  Lovelace lived in London" })).toEqual({
      text: "people: Ada  Lovelace; places: London",
      table: {
        columns: ["entity", "type", "start", "end"],
        rows: [
          ["Ada  Lovelace", "person", "0", "13"],
          ["London", "place", "23", "29"],
        ],
      },
    });
  });

  it("are found again where the tokenizer changed them, and never twice in one place", () => {
    const found = [
      { entity_group: "PER", word: "jean - luc", score: 1 },
      { entity_group: "PER", word: "Jean", score: 1 },
      { entity_group: "LOC", word: "Atlantis", score: 1 },
      { entity_group: "CARDINAL", word: "3.", score: 1 },
    ];
    expect(placeEntities("Jean-Luc met Jean 30 times, 3.", found)).toMatchObject([
      { entity: "Jean-Luc", start: 0, end: 8 },
      { entity: "Jean", start: 13, end: 17 },
      { entity: "3.", type: "cardinal", start: 28, end: 30 },
    ]);
  });
});

it("answers a question with words of the text", async () => {
  const words = ["Where", "is", "it", "The", "tower", "stands", "in", "Paris"];
  const model = await make("answers", {
    config: { model_type: "distilbert", architectures: ["DistilBertForQuestionAnswering"] },
    files: tokenizerOf(words),
    graphs: {
      model: textGraph(
        { w: table(words, { in: [5], Paris: [1] }, 1), v: table(words, { in: [1], Paris: [5] }, 1) },
        [
          lookUp,
          { op: "Gather", inputs: ["v", "input_ids"], outputs: ["other"] },
          { op: "Squeeze", inputs: ["looked", "last"], outputs: ["start_logits"] },
          { op: "Squeeze", inputs: ["other", "last"], outputs: ["end_logits"] },
        ],
        [
          { name: "start_logits", type: "float", shape: ["b", "s"] },
          { name: "end_logits", type: "float", shape: ["b", "s"] },
        ],
      ),
    },
  });
  const expert = await open("question-answering", { model });
  expect(await expert.run({ question: "Where is it", context: "The tower stands in Paris" })).toEqual({
    text: "in Paris",
  });
});

describe("vectors of texts", () => {
  const model = (): TinyModel => {
    const words = ["dog", "puppy", "car"];
    return {
      config: { model_type: "bert", architectures: ["BertModel"] },
      files: tokenizerOf(words),
      graphs: {
        model: textGraph(
          { w: table(words, { dog: [3, 4], puppy: [4, 3], car: [-4, 3] }, 2) },
          [{ ...lookUp, outputs: ["last_hidden_state"] }],
          [{ name: "last_hidden_state", type: "float", shape: ["b", "s", 2] }],
        ),
      },
    };
  };

  it("have length 1 and name their space", async () => {
    const place = await make("vectors", model());
    const expert = await open("feature-extraction", { model: place });
    const { embedding } = (await expert.run({ text: "dog" })) as { embedding: { space: string; vector: number[] } };
    expect(embedding.space).toBe(`transformers:${place}`);
    expect(embedding.vector.map((value) => Math.round(value * 100) / 100)).toEqual([0.6, 0.8]);
    const batch = await expert.runBatch([{ text: "dog dog" }, { text: "car" }]);
    expect(batch).toHaveLength(2);
    expect(batch[0]).toEqual({ embedding });
  });

  it("are compared", async () => {
    const expert = await open("sentence-similarity", { model: await make("similar", model()) });
    expect(await expert.run({ text: "dog", other: "puppy" })).toMatchObject({ score: 0.96 });
    expect(await expert.run({ text: "dog", other: "car" })).toMatchObject({ score: 0 });
  });
});

describe("written text", () => {
  /** After each word its one successor. */
  const successors: Readonly<Record<string, string>> = {
    once: "upon",
    upon: "a",
    a: "time",
    time: "[SEP]",
    again: "again",
  };
  const words = ["once", "upon", "a", "time", "again"];
  const model = (more: Readonly<Record<string, unknown>> = {}): TinyModel => {
    const all = ["[PAD]", "[UNK]", "[SEP]", ...words];
    const next = all.map((word) => all.map((other) => (successors[word] === other ? 9 : 0)));
    return {
      config: {
        model_type: "gpt2",
        architectures: ["GPT2LMHeadModel"],
        n_head: 1,
        n_layer: 0,
        n_embd: 1,
        eos_token_id: 2,
      },
      files: { ...tokenizerOf(words, more), generation_config: { eos_token_id: 2, pad_token_id: 0 } },
      graphs: {
        model: {
          inputs: [{ name: "input_ids", type: "int64", shape: ["b", "s"] }],
          outputs: [{ name: "logits", type: "float", shape: ["b", "s", all.length] }],
          weights: { w: floats([all.length, all.length], next.flat()) },
          operations: [{ ...lookUp, outputs: ["logits"] }],
        },
      },
    };
  };

  it("goes on from the prompt until the model ends it", async () => {
    const expert = await open("text-generation", { model: await make("story", model()) });
    expect(await expert.run({ text: "once" })).toEqual({ text: "upon a time" });
  });

  it("stops at the limit, and when it is canceled", async () => {
    const place = await make("endless", model());
    const short = await open("text-generation", { model: place, maxTokens: 3 });
    expect(await short.run({ text: "again" })).toEqual({ text: "again again again" });
    const expert = await open("text-generation", { model: place, maxTokens: 8000 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await expect(expert.run({ text: "again" }, stop.signal)).rejects.toMatchObject({ code: "canceled" });
  });

  it("is asked for in the model's own form of conversation", async () => {
    const chat_template = "{% for message in messages %}{{ message.content }} upon{% endfor %}";
    const expert = await open("text-generation", { model: await make("chat", model({ chat_template })) });
    expect(await expert.run({ text: "hello" })).toEqual({ text: "a time" });
  });
});

it("says what a model is that can't do the task", async () => {
  const model = await make("wrong", feelings());
  await expect(open("visual-question-answering", { model })).rejects.toMatchObject({
    code: "expert-unavailable",
    message: expect.stringMatching(/no vision-language model/),
  });
  await expect(open("text-to-speech", { model })).rejects.toThrow(/is a bert, which can't speak alone/);
  await expect(open("image-classification", { model })).rejects.toThrow(/can't be loaded for image-classification/);
  await expect(open("text-to-video", { model })).rejects.toMatchObject({ code: "bad-input" });
});

it("takes the precision that is asked for, or says which there are", async () => {
  const model = await make("precise", feelings());
  await expect(open("text-classification", { model, dtype: "q4" })).rejects.toThrow(
    /has no onnx\/model\.onnx in q4; it has it in fp32/,
  );
  const expert = await open("text-classification", { model, dtype: "fp32", device: "cpu" });
  expect(expert.told).toEqual([]);
});

it("runs on the processor where there is no CUDA, and says so", async () => {
  const expert = await open("text-classification", { model: await make("device", feelings()), device: "cuda" });
  expect(await expert.run({ text: "great film" })).toMatchObject({ text: "POSITIVE" });
  // On a machine with CUDA there is nothing to tell.
  for (const message of expert.told)
    expect(message).toMatch(/^test\/expert runs on the processor\. CUDA does not work/);
});
