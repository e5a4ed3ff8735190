/** Do models that read one text and write another do so to the end, in the language that was asked for? */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { codeIn } from "../../../../tools/providers/transformers/tasks/languages.ts";
import { open } from "./call-provider.ts";
import { floats, integers, lookUp, tokenizerOf, writeModel, type TinyModel } from "./tiny-models.ts";

const words = ["good", "day", "guten", "tag", "bon", "jour"];
const languages = ["__en__", "__de__", "__fr__"];
const tokens = ["[PAD]", "[UNK]", "[SEP]", ...languages, ...words];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-rewrite-"));
});

/** For each word what it is in German, then what it is in French; the end is the end. */
const dictionary: Readonly<Record<string, readonly [german: string, french: string]>> = {
  good: ["guten", "bon"],
  day: ["tag", "jour"],
  "[SEP]": ["[SEP]", "[SEP]"],
};
const oneOf = (word: string | undefined) => tokens.map((token) => (token === word ? 9 : 0));

/** Writes word after word what the source says there. @param before how many tokens begin the output */
function dictionaryModel(config: Readonly<Record<string, unknown>>, before: number, more: object): TinyModel {
  const wide = 2 * tokens.length;
  const files = tokenizerOf(words, { ...more }, languages);
  const template = files.tokenizer.post_processor;
  return {
    config,
    files: {
      ...files,
      tokenizer: {
        ...files.tokenizer,
        post_processor: { ...template, single: [...template.single, { SpecialToken: { id: "[SEP]", type_id: 0 } }] },
      },
      generation_config: { eos_token_id: 2, pad_token_id: 0, decoder_start_token_id: 2 },
    },
    graphs: {
      encoder_model: {
        inputs: [
          { name: "input_ids", type: "int64", shape: ["b", "s"] },
          { name: "attention_mask", type: "int64", shape: ["b", "s"] },
        ],
        outputs: [{ name: "last_hidden_state", type: "float", shape: ["b", "s", wide] }],
        weights: {
          w: floats(
            [tokens.length, wide],
            tokens.flatMap((token) => [...oneOf(dictionary[token]?.[0]), ...oneOf(dictionary[token]?.[1])]),
          ),
        },
        operations: [{ ...lookUp, outputs: ["last_hidden_state"] }],
      },
      decoder_model_merged: {
        inputs: [
          { name: "input_ids", type: "int64", shape: ["b", "t"] },
          { name: "encoder_hidden_states", type: "float", shape: ["b", "s", wide] },
          { name: "past_key_values.0.decoder.key", type: "float", shape: ["b", 1, "p", 3] },
        ],
        outputs: [
          { name: "logits", type: "float", shape: ["b", 1, tokens.length] },
          { name: "present.0.decoder.key", type: "float", shape: ["b", 1, "q", 3] },
        ],
        weights: {
          one: integers([1], [1]),
          two: integers([1], [2]),
          before: integers([1], [before]),
          pair: integers([3], [-1, 2, tokens.length]),
          flat: integers([1], [1]),
          last: integers([1], [-1]),
          counting: integers([1], [0]),
          choosing: integers([2], [1, 2]),
          // That it is a token, and which language it begins.
          w: floats(
            [tokens.length, 3],
            tokens.flatMap((token) => [1, token === "__de__" ? 1 : 0, token === "__fr__" ? 1 : 0]),
          ),
          little: floats([1, 2], [0.1, 0]),
        },
        operations: [
          lookUp,
          { op: "Unsqueeze", inputs: ["looked", "one"], outputs: ["now"] },
          {
            op: "Concat",
            inputs: ["past_key_values.0.decoder.key", "now"],
            outputs: ["present.0.decoder.key"],
            attributes: { axis: 2 },
          },
          { op: "ReduceSum", inputs: ["present.0.decoder.key", "two"], outputs: ["sums"], attributes: { keepdims: 0 } },
          { op: "Gather", inputs: ["sums", "counting"], outputs: ["count"], attributes: { axis: 2 } },
          { op: "Cast", inputs: ["count"], outputs: ["length"], attributes: { to: 7 } },
          { op: "Reshape", inputs: ["length", "flat"], outputs: ["written"] },
          { op: "Sub", inputs: ["written", "before"], outputs: ["place"] },
          { op: "Gather", inputs: ["encoder_hidden_states", "place"], outputs: ["here"], attributes: { axis: 1 } },
          { op: "Reshape", inputs: ["here", "pair"], outputs: ["both"] },
          { op: "Gather", inputs: ["sums", "choosing"], outputs: ["begun"], attributes: { axis: 2 } },
          { op: "Add", inputs: ["begun", "little"], outputs: ["chosen"] },
          { op: "MatMul", inputs: ["chosen", "both"], outputs: ["logits"] },
        ],
      },
    },
  };
}

const sequence = {
  is_encoder_decoder: true,
  decoder_layers: 1,
  encoder_layers: 1,
  decoder_attention_heads: 1,
  encoder_attention_heads: 1,
  d_model: 3,
};
const m2m = () =>
  dictionaryModel({ model_type: "m2m_100", architectures: ["M2M100ForConditionalGeneration"], ...sequence }, 2, {
    tokenizer_class: "M2M100Tokenizer",
  });
const bart = () =>
  dictionaryModel({ model_type: "bart", architectures: ["BartForConditionalGeneration"], ...sequence }, 1, {});

describe("a translation", () => {
  it("is in the language that is asked for, by name or by code", async () => {
    const model = await writeModel(join(folder, "m2m"), m2m());
    const expert = await open("translation", { model, language: "en" });
    expect(await expert.run({ text: "good day", language: "German" })).toEqual({ text: "guten tag" });
    expect(await expert.run({ text: "good day", language: "fr" })).toEqual({ text: "bon jour" });
    await expect(expert.run({ text: "good day", language: "Klingon" })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(/does not know the language “Klingon”/),
    });
  });

  it("finds out which language the text is in", async () => {
    const expert = await open("translation", { model: await writeModel(join(folder, "guess"), m2m()) });
    const text = "good day";
    expect(await expert.run({ text, language: "german" })).toEqual({ text: "guten tag" });
  });

  it("knows the languages of models by the codes that they have", () => {
    const nllb = ["eng_Latn", "deu_Latn", "zho_Hans"];
    expect(codeIn(nllb, "German", "m")).toBe("deu_Latn");
    expect(codeIn(nllb, "de", "m")).toBe("deu_Latn");
    expect(codeIn(nllb, "zho_hans", "m")).toBe("zho_Hans");
    expect(codeIn(["de_DE", "en_XX"], "english", "m")).toBe("en_XX");
  });
});

it("a summary is written to its end, or to the limit", async () => {
  const model = await writeModel(join(folder, "bart"), bart());
  const expert = await open("summarization", { model });
  expect(await expert.run({ text: "good day" })).toEqual({ text: "guten tag" });
  const short = await open("summarization", { model, maxTokens: 1 });
  expect(await short.run({ text: "good day" })).toEqual({ text: "guten" });
  await expect(expert.run({ text: "day ".repeat(40) })).rejects.toMatchObject({ code: "bad-input" });
});

it("what was canceled is not handed on", async () => {
  const expert = await open("summarization", { model: await writeModel(join(folder, "stop"), bart()) });
  await expect(expert.run({ text: "good day" }, AbortSignal.abort())).rejects.toMatchObject({ code: "canceled" });
});
