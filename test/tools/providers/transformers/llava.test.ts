/**
 * Is a model of another architecture asked as it wants to be: LLaVA, whose processor takes pictures first and one of them,
 * and whose template may know words only? This one says which colour there is most of.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, it } from "vitest";
import { fileAt, open } from "./call-provider.ts";
import { floats, imageSettings, integers, pixels, tokenizerOf, writeModel } from "./tiny-models.ts";

const COLOURS = ["red", "green", "blue"];
const words = [...COLOURS, "User", "Assistant", ":", "What", "colour", "?"];
const special = ["<image>"];
const tokens = ["[PAD]", "[UNK]", "[SEP]", ...special, ...words];
/** Red, green, blue, and whether something was said. */
const WIDTH = 4;

const inParts =
  "{% for m in messages %}User:{% for p in m['content'] %}{% if p['type'] == 'image' %}<image>{% else %}{{ p['text'] }}{% endif %}{% endfor %}{% endfor %}Assistant:";
const inWords = "{% for m in messages %}User:{{ m['content'] }}{% endfor %}Assistant:";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-llava-"));
});

function llava(name: string, chat_template: string) {
  const grid = (rows: number, columns: number, at: (row: number, column: number) => number) =>
    floats(
      [rows, columns],
      Array.from({ length: rows * columns }, (_, place) => at(Math.floor(place / columns), place % columns)),
    );
  const isColour = (token: number) => COLOURS.includes(tokens[token] ?? "");
  return writeModel(join(folder, name), {
    config: {
      model_type: "llava",
      architectures: ["LlavaForConditionalGeneration"],
      image_token_index: tokens.indexOf("<image>"),
      text_config: {
        model_type: "llama",
        num_hidden_layers: 1,
        num_attention_heads: 1,
        num_key_value_heads: 1,
        hidden_size: WIDTH,
        max_position_embeddings: 64,
      },
      eos_token_id: 2,
    },
    files: {
      ...tokenizerOf(words, { chat_template, model_max_length: 64 }, special),
      ...imageSettings("CLIPImageProcessor", 8, { processor_class: "LlavaProcessor" }),
      processor_config: { image_token: "<image>", patch_size: 4, num_additional_image_tokens: 0 },
      generation_config: { eos_token_id: 2, pad_token_id: 0 },
    },
    graphs: {
      // The mean colour of each patch.
      vision_encoder: {
        inputs: [pixels],
        outputs: [{ name: "image_features", type: "float", shape: ["b", "p", WIDTH] }],
        weights: {
          flat: integers([3], [0, 3, -1]),
          widen: grid(3, WIDTH, (row, column) => (row === column ? 1 : 0)),
        },
        operations: [
          {
            op: "AveragePool",
            inputs: ["pixel_values"],
            outputs: ["pooled"],
            attributes: { kernel_shape: [4, 4], strides: [4, 4] },
          },
          { op: "Reshape", inputs: ["pooled", "flat"], outputs: ["rows"] },
          { op: "Transpose", inputs: ["rows"], outputs: ["patches"], attributes: { perm: [0, 2, 1] } },
          { op: "MatMul", inputs: ["patches", "widen"], outputs: ["image_features"] },
        ],
      },
      embed_tokens: {
        inputs: [{ name: "input_ids", type: "int64", shape: ["b", "s"] }],
        outputs: [{ name: "inputs_embeds", type: "float", shape: ["b", "s", WIDTH] }],
        weights: { w: grid(tokens.length, WIDTH, (token, column) => (column === 3 && isColour(token) ? 100 : 0)) },
        operations: [{ op: "Gather", inputs: ["w", "input_ids"], outputs: ["inputs_embeds"] }],
      },
      // Remembers all that it read; when a colour was said, it ends.
      decoder_model_merged: {
        inputs: [
          { name: "inputs_embeds", type: "float", shape: ["b", "s", WIDTH] },
          { name: "attention_mask", type: "int64", shape: ["b", "t"] },
          { name: "past_key_values.0.key", type: "float", shape: ["b", 1, "p", WIDTH] },
        ],
        outputs: [
          { name: "logits", type: "float", shape: ["b", 1, tokens.length] },
          { name: "present.0.key", type: "float", shape: ["b", 1, "t", WIDTH] },
        ],
        weights: {
          head: integers([1], [1]),
          say: grid(WIDTH, tokens.length, (row, token) => (tokens[token] === [...COLOURS, "[SEP]"][row] ? 1 : 0)),
        },
        operations: [
          { op: "Unsqueeze", inputs: ["inputs_embeds", "head"], outputs: ["now"] },
          {
            op: "Concat",
            inputs: ["past_key_values.0.key", "now"],
            outputs: ["present.0.key"],
            attributes: { axis: 2 },
          },
          { op: "ReduceMean", inputs: ["present.0.key"], outputs: ["all"], attributes: { axes: [2], keepdims: 0 } },
          { op: "MatMul", inputs: ["all", "say"], outputs: ["logits"] },
        ],
      },
    },
  });
}

async function picture(name: string, background: string) {
  const path = join(folder, `${name}.png`);
  await sharp({ create: { width: 20, height: 10, channels: 3, background } })
    .png()
    .toFile(path);
  return fileAt(path);
}

it.each([
  ["parts", inParts],
  ["words", inWords],
])("is asked by a template that takes %s", async (name, template) => {
  const expert = await open("visual-question-answering", { model: await llava(name, template) });
  const question = "What colour?";
  expect(await expert.run({ image: await picture("r", "#e01010"), question })).toEqual({ text: "red" });
  expect(await expert.run({ image: await picture("b", "#1010e0"), question })).toEqual({ text: "blue" });
});

it("answers a batch as it answers each", async () => {
  const expert = await open("visual-question-answering", { model: await llava("batch", inParts) });
  const question = "What colour?";
  const inputs = [];
  for (const [at, colour] of ["#e01010", "#10e010", "#1010e0"].entries()) {
    inputs.push({ image: await picture(`c${at}`, colour), question });
  }
  const answers = await expert.runBatch([
    ...inputs,
    { image: inputs[0]?.image, question: "What is the colour of this one?" },
  ]);
  expect(answers).toEqual([{ text: "red" }, { text: "green" }, { text: "blue" }, { text: "red" }]);
});

it("is given one picture at a time: the library knows no more for it", async () => {
  const expert = await open("image-text-to-text", { model: await llava("one", inParts) });
  const images = [await picture("a", "#e01010"), await picture("b", "#1010e0")];
  await expect(expert.run({ images, text: "What colour?" })).rejects.toMatchObject({
    code: "bad-input",
    message: "These are 2 pictures; this model takes at most 1 at once.",
  });
});

it("takes a picture's token in the words of a question for words", async () => {
  const expert = await open("visual-question-answering", { model: await llava("tokens", inWords) });
  const image = await picture("g", "#10e010");
  expect(await expert.run({ image, question: "What <image> colour <image>?" })).toEqual({ text: "green" });
});

it("says what the model was to choose from where it chose nothing", async () => {
  const expert = await open("zero-shot-image-classification", { model: await llava("choose", inParts) });
  const image = await picture("k", "#10e010");
  await expect(expert.run({ image, labels: "pink, purple" })).rejects.toMatchObject({
    code: "expert-failed",
    message: 'The model was to choose one of pink, purple; "green" names none of them.',
  });
});
