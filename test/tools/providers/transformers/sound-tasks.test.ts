/** Do tasks on recordings come out right of the real library, loaded and run through the provider? */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readWav } from "../../../../tools/builtin/speech/read-wav.ts";
import { createWav, toInt16 } from "../../../../tools/builtin/speech/write-wav.ts";
import type { InputFile, OutputFile } from "../../../../tools/define-expert.ts";
import { seededRandom } from "../../../bench/graphs.ts";
import { fileAt, open } from "./call-provider.ts";
import { floats, integers, table, tokenizerOf, writeModel, type TinyModel } from "./tiny-models.ts";

let folder: string;
const make = (name: string, model: TinyModel) => writeModel(join(folder, name), model);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-tiny-"));
});

async function recording(name: string, samples: Float32Array, rate = 16_000): Promise<InputFile> {
  const path = join(folder, `${name}.wav`);
  const wav = await createWav(path, rate);
  await wav.append(toInt16(samples));
  await wav.close();
  return fileAt(path, "audio/wav");
}

describe("recordings", () => {
  const frame = 320;
  const steps = (...values: number[]) =>
    Float32Array.from({ length: values.length * frame * 5 }, (_, at) => values[Math.floor(at / frame / 5)] ?? 0);
  const files = (vocabulary: readonly string[]) => ({
    ...tokenizerOf(vocabulary),
    preprocessor_config: {
      feature_extractor_type: "Wav2Vec2FeatureExtractor",
      sampling_rate: 16_000,
      do_normalize: false,
      feature_size: 1,
      padding_value: 0,
    },
  });
  const input = { name: "input_values", type: "float", shape: ["b", "n"] } as const;

  /** Says "yes" where the wave is above the middle, "no" below. */
  const speech = (): TinyModel => {
    const base = files(["yes", "no"]);
    const { model, ...rest } = base.tokenizer;
    return {
      config: { model_type: "wav2vec2", architectures: ["Wav2Vec2ForCTC"] },
      files: {
        ...base,
        tokenizer: {
          ...rest,
          model,
          decoder: { type: "CTC", pad_token: "[PAD]", word_delimiter_token: "|", cleanup: true },
        },
      },
      graphs: {
        model: {
          inputs: [input],
          outputs: [{ name: "logits", type: "float", shape: ["b", "t", 5] }],
          weights: {
            channel: integers([1], [1]),
            // Blank, unknown, separator, yes, no.
            weight: floats([1, 5], [0, 0, 0, 9, -9]),
            bias: floats([5], [1, -9, -9, 0, 0]),
          },
          operations: [
            { op: "Unsqueeze", inputs: ["input_values", "channel"], outputs: ["one"] },
            {
              op: "AveragePool",
              inputs: ["one"],
              outputs: ["pooled"],
              attributes: { kernel_shape: [frame], strides: [frame] },
            },
            { op: "Transpose", inputs: ["pooled"], outputs: ["frames"], attributes: { perm: [0, 2, 1] } },
            { op: "MatMul", inputs: ["frames", "weight"], outputs: ["scored"] },
            { op: "Add", inputs: ["scored", "bias"], outputs: ["logits"] },
          ],
        },
      },
    };
  };

  it("are written down", async () => {
    const expert = await open("automatic-speech-recognition", { model: await make("speech", speech()) });
    const said = await expert.run({ audio: await recording("said", steps(0.5, 0, -0.5)) });
    expect(String(said["text"]).replaceAll(/\s/g, "")).toBe("yesno");
  });

  it("are heard at the model's rate, whatever theirs is", async () => {
    const expert = await open("automatic-speech-recognition", { model: await make("rate", speech()) });
    const slow = steps(0.5, 0, -0.5).filter((_, at) => at % 2 === 0);
    const said = await expert.run({ audio: await recording("slow", slow, 8000) });
    expect(String(said["text"]).replaceAll(/\s/g, "")).toBe("yesno");
  });

  it("hold no words where they are silent", async () => {
    const expert = await open("automatic-speech-recognition", { model: await make("silence", speech()) });
    const silent = await recording("silent", new Float32Array(16_000));
    await expect(expert.run({ audio: silent })).rejects.toMatchObject({
      code: "bad-input",
      message: "silent.wav is silent.",
    });
  });

  it("are sorted", async () => {
    const model = await make("loudness", {
      config: {
        model_type: "wav2vec2",
        architectures: ["Wav2Vec2ForSequenceClassification"],
        id2label: { 0: "loud", 1: "quiet" },
      },
      files: files([]),
      graphs: {
        model: {
          inputs: [input],
          outputs: [{ name: "logits", type: "float", shape: ["b", 2] }],
          weights: { judge: floats([1, 2], [20, -20]), bias: floats([2], [-2, 2]) },
          operations: [
            { op: "Abs", inputs: ["input_values"], outputs: ["size"] },
            { op: "ReduceMean", inputs: ["size"], outputs: ["mean"], attributes: { axes: [1], keepdims: 1 } },
            { op: "MatMul", inputs: ["mean", "judge"], outputs: ["judged"] },
            { op: "Add", inputs: ["judged", "bias"], outputs: ["logits"] },
          ],
        },
      },
    });
    const expert = await open("audio-classification", { model });
    expect(await expert.run({ audio: await recording("loud", steps(0.8)) })).toMatchObject({ text: "loud" });
    expect(await expert.run({ audio: await recording("quiet", steps(0.01)) })).toMatchObject({ text: "quiet" });
  });

  it("are sorted under categories that are named only now", { timeout: 30_000 }, async () => {
    const words = ["hiss", "whistle"];
    const model = await make("clap", {
      config: { model_type: "clap", architectures: ["ClapModel"] },
      files: {
        ...tokenizerOf(words),
        preprocessor_config: {
          feature_extractor_type: "ClapFeatureExtractor",
          feature_size: 64,
          sampling_rate: 48_000,
          fft_window_size: 1024,
          hop_length: 480,
          max_length_s: 10,
          nb_max_samples: 480_000,
          nb_frequency_bins: 513,
          frequency_min: 50,
          frequency_max: 14_000,
          truncation: "rand_trunc",
          padding: "repeatpad",
          top_db: null,
        },
      },
      graphs: {
        // A sound with much in all bands is a hiss.
        model: {
          inputs: [
            { name: "input_ids", type: "int64", shape: ["n", "s"] },
            { name: "input_features", type: "float", shape: ["b", 1, "t", 64] },
          ],
          outputs: [{ name: "logits_per_audio", type: "float", shape: ["b", "n"] }],
          weights: {
            w: table(words, { hiss: [1], whistle: [-1] }, 1),
            second: integers([1], [1]),
            middle: floats([1], [-50]),
          },
          operations: [
            { op: "Gather", inputs: ["w", "input_ids"], outputs: ["looked"] },
            { op: "ReduceSum", inputs: ["looked", "second"], outputs: ["meant"], attributes: { keepdims: 0 } },
            { op: "Transpose", inputs: ["meant"], outputs: ["row"], attributes: { perm: [1, 0] } },
            {
              op: "ReduceMean",
              inputs: ["input_features"],
              outputs: ["loud"],
              attributes: { axes: [1, 2, 3], keepdims: 0 },
            },
            { op: "Sub", inputs: ["loud", "middle"], outputs: ["above"] },
            { op: "Unsqueeze", inputs: ["above", "second"], outputs: ["column"] },
            { op: "MatMul", inputs: ["column", "row"], outputs: ["logits_per_audio"] },
          ],
        },
      },
    });
    const expert = await open("zero-shot-audio-classification", { model });
    const random = seededRandom(5);
    const hiss = Float32Array.from({ length: 48_000 }, () => random() - 0.5);
    const whistle = Float32Array.from({ length: 48_000 }, (_, at) => Math.sin((2 * Math.PI * 440 * at) / 48_000) / 4);
    const labels = "whistle or hiss";
    expect(await expert.run({ audio: await recording("hiss", hiss, 48_000), labels })).toMatchObject({ text: "hiss" });
    expect(await expert.run({ audio: await recording("whistle", whistle, 48_000), labels })).toMatchObject({
      text: "whistle",
    });
  });

  it("are made of texts", async () => {
    const words = ["high", "low"];
    const model = await make("voice", {
      config: { model_type: "vits", architectures: ["VitsModel"], sampling_rate: 8000 },
      files: tokenizerOf(words),
      graphs: {
        model: {
          inputs: [
            { name: "input_ids", type: "int64", shape: ["b", "s"] },
            { name: "attention_mask", type: "int64", shape: ["b", "s"] },
          ],
          outputs: [
            { name: "waveform", type: "float", shape: ["b", "n"] },
            { name: "spectrogram", type: "float", shape: ["b", "n"] },
          ],
          weights: {
            w: table(words, { high: [0.5, 0.5], low: [-0.5, -0.5] }, 2),
            flat: integers([2], [1, -1]),
          },
          operations: [
            { op: "Gather", inputs: ["w", "input_ids"], outputs: ["looked"] },
            { op: "Reshape", inputs: ["looked", "flat"], outputs: ["waveform"] },
            { op: "Identity", inputs: ["waveform"], outputs: ["spectrogram"] },
          ],
        },
      },
    });
    const expert = await open("text-to-speech", { model });
    const { audio } = (await expert.run({ text: "high low" })) as { audio: OutputFile };
    expect(audio).toMatchObject({ mediaType: "audio/wav", name: "speech.wav" });
    const sound = await readWav(audio.path, audio.name, { seconds: 1, bytes: 1000 });
    expect(sound.sampleRate).toBe(8000);
    expect([...sound.samples]).toEqual([0.5, 0.5, -0.5, -0.5]);
  });
});
