/**
 * Is Whisper told which language it hears, and are recordings longer than its window heard to their end? This one takes
 * noise for German and a tone for English, and hears one word in everything.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { createWav, toInt16 } from "../../../../tools/builtin/speech/write-wav.ts";
import { seededRandom } from "../../../bench/graphs.ts";
import { fileAt, open } from "./call-provider.ts";
import { floats, integers, lookUp, tokenizerOf, writeModel } from "./tiny-models.ts";

const words = ["hello", "hallo"];
const special = ["<|startoftranscript|>", "<|en|>", "<|de|>", "<|transcribe|>", "<|translate|>", "<|notimestamps|>"];
const tokens = ["[PAD]", "[UNK]", "[SEP]", ...words, ...special];
const id = (token: string) => tokens.indexOf(token);
const RATE = 16_000;

let model: string;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-whisper-"));
  model = await whisper("whisper");
});

function whisper(name: string, generation: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const row = (...wanted: string[]) => tokens.map((token) => (wanted.includes(token) ? 9 : 0));
  const nothing = row();
  // By how many tokens there are: what follows in English, then in German.
  const steps = [
    [nothing, nothing],
    [nothing, nothing],
    [nothing, nothing],
    [row("hello"), row("hallo")],
    ...Array.from({ length: 12 }, () => [row("[SEP]"), row("[SEP]")]),
  ];
  const base = tokenizerOf([...words, ...special], { tokenizer_class: "WhisperTokenizer", model_max_length: 448 });
  const added = special.map((content) => ({
    id: id(content),
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  }));
  return writeModel(join(folder, name), {
    config: {
      model_type: "whisper",
      architectures: ["WhisperForConditionalGeneration"],
      is_encoder_decoder: true,
      decoder_layers: 1,
      encoder_layers: 1,
      decoder_attention_heads: 1,
      encoder_attention_heads: 1,
      d_model: 3,
      max_source_positions: 1500,
    },
    files: {
      tokenizer: { ...base.tokenizer, added_tokens: [...base.tokenizer.added_tokens, ...added], post_processor: null },
      tokenizer_config: base.tokenizer_config,
      preprocessor_config: {
        feature_extractor_type: "WhisperFeatureExtractor",
        processor_class: "WhisperProcessor",
        feature_size: 80,
        sampling_rate: RATE,
        hop_length: 160,
        chunk_length: 30,
        n_fft: 400,
        n_samples: 480_000,
        nb_max_frames: 3000,
      },
      generation_config: {
        decoder_start_token_id: id("<|startoftranscript|>"),
        eos_token_id: 2,
        pad_token_id: 0,
        is_multilingual: true,
        lang_to_id: { "<|en|>": id("<|en|>"), "<|de|>": id("<|de|>") },
        task_to_id: { transcribe: id("<|transcribe|>"), translate: id("<|translate|>") },
        no_timestamps_token_id: id("<|notimestamps|>"),
        ...generation,
      },
    },
    graphs: {
      encoder_model: {
        inputs: [{ name: "input_features", type: "float", shape: ["b", 80, "t"] }],
        outputs: [{ name: "last_hidden_state", type: "float", shape: ["b", 1, 1] }],
        operations: [
          {
            op: "ReduceMean",
            inputs: ["input_features"],
            outputs: ["last_hidden_state"],
            attributes: { axes: [1, 2], keepdims: 1 },
          },
        ],
      },
      decoder_model_merged: {
        inputs: [
          { name: "input_ids", type: "int64", shape: ["b", "t"] },
          { name: "encoder_hidden_states", type: "float", shape: ["b", 1, 1] },
          { name: "past_key_values.0.decoder.key", type: "float", shape: ["b", 1, "p", 3] },
        ],
        outputs: [
          { name: "logits", type: "float", shape: ["b", 1, tokens.length] },
          { name: "present.0.decoder.key", type: "float", shape: ["b", 1, "q", 3] },
        ],
        weights: {
          one: integers([1], [1]),
          two: integers([1], [2]),
          flat: integers([1], [1]),
          counting: integers([1], [0]),
          choosing: integers([2], [1, 2]),
          pair: integers([3], [1, 2, tokens.length]),
          // That it is a token, and which language it names.
          w: floats(
            [tokens.length, 3],
            tokens.flatMap((token) => [1, token === "<|en|>" ? 1 : 0, token === "<|de|>" ? 1 : 0]),
          ),
          steps: floats([steps.length, 2, tokens.length], steps.flat(2)),
          // Noise has much in all bands.
          ear: floats(
            [1, tokens.length],
            tokens.map((token) => (token === "<|de|>" ? 1 : token === "<|en|>" ? -1 : 0)),
          ),
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
          { op: "Sub", inputs: ["written", "one"], outputs: ["place"] },
          { op: "Gather", inputs: ["steps", "place"], outputs: ["here"], attributes: { axis: 0 } },
          { op: "Reshape", inputs: ["here", "pair"], outputs: ["both"] },
          { op: "Gather", inputs: ["sums", "choosing"], outputs: ["chosen"], attributes: { axis: 2 } },
          { op: "MatMul", inputs: ["chosen", "both"], outputs: ["said"] },
          { op: "MatMul", inputs: ["encoder_hidden_states", "ear"], outputs: ["heard"] },
          { op: "Add", inputs: ["said", "heard"], outputs: ["logits"] },
        ],
      },
    },
  });
}

async function recording(name: string, seconds: number, wave: (at: number) => number) {
  const path = join(folder, `${name}.wav`);
  const wav = await createWav(path, RATE);
  await wav.append(toInt16(Float32Array.from({ length: seconds * RATE }, (_, at) => wave(at))));
  await wav.close();
  return fileAt(path, "audio/wav");
}
const random = seededRandom(3);
const noise = () => random() - 0.5;
const tone = (at: number) => Math.sin((2 * Math.PI * 440 * at) / RATE) / 4;

// Half a minute of sound is much to transform on a busy machine.
const timeout = 60_000;

it("is told the language that it hears", { timeout }, async () => {
  const expert = await open("automatic-speech-recognition", { model });
  expect(await expert.run({ audio: await recording("noise", 29, noise) })).toEqual({ text: "hallo" });
  expect(await expert.run({ audio: await recording("tone", 29, tone) })).toEqual({ text: "hello" });
});

it("is told the language that the settings say, whatever it hears", { timeout }, async () => {
  const expert = await open("automatic-speech-recognition", { model, language: "de" });
  expect(await expert.run({ audio: await recording("other", 5, tone) })).toEqual({ text: "hallo" });
});

it("hears a recording that is longer than its window", { timeout }, async () => {
  const expert = await open("automatic-speech-recognition", { model });
  const { text } = await expert.run({ audio: await recording("long", 45, tone) });
  expect(text).toMatch(/^hello( hello)?$/);
});

it("says so where no word was heard", { timeout }, async () => {
  const mute = await whisper("mute", { suppress_tokens: words.map(id) });
  const expert = await open("automatic-speech-recognition", { model: mute, language: "de", maxTokens: 3 });
  const audio = await recording("nothing", 5, tone);
  await expect(expert.run({ audio })).rejects.toMatchObject({
    code: "bad-input",
    message: "No words were recognised in nothing.wav.",
  });
});
