/** Recordings: what is said in them, and what they sound like. */
import type { Processor } from "@huggingface/transformers";
import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import { splitLabels } from "../../../builtin/text/split-labels.ts";
import { fileSchema, readInputs } from "../../../vlm/read-inputs.ts";
import { assertWanted, stopOn } from "../generation.ts";
import { whole, type TaskRunner } from "../runner.ts";
import { readSound } from "../sound.ts";
import { outputsOf } from "./classify-text.ts";
import { spokenLanguage } from "./spoken-language.ts";

const audioSchema = z.object({ audio: fileSchema });
const namedSchema = z.object({ audio: fileSchema, labels: z.string() });
const saidSchema = z.object({ text: z.string() });
const labelsSchema = z.array(z.object({ label: z.string(), score: z.number() }));

/** Whisper hears half a minute at once; longer recordings are heard in pieces that overlap. */
const WINDOW_S = 30;
const OVERLAP_S = 5;
/** Loudest sample of a recording that counts as silent: Whisper invents words for these. */
const SILENCE = 0.002;

export const speechRecognition: TaskRunner = {
  variant: whole,
  async open({ library, model, settings, options }) {
    const pipe = await library.pipeline("automatic-speech-recognition", model.folder, options);
    const rate = rateOf(pipe.processor);
    return {
      async run(inputs, { signal }) {
        const { audio } = readInputs(audioSchema, inputs);
        const samples = await readSound(audio, rate);
        if (samples.every((sample) => Math.abs(sample) < SILENCE)) {
          throw new TuttiError("bad-input", `${audio.name} is silent.`);
        }
        assertWanted(signal);
        const language =
          settings.language ?? (await spokenLanguage(library, pipe, samples.subarray(0, WINDOW_S * rate)));
        assertWanted(signal);
        const made = pipe(samples, {
          ...(samples.length > WINDOW_S * rate && { chunk_length_s: WINDOW_S, stride_length_s: OVERLAP_S }),
          ...(language !== undefined && { language }),
          ...(settings.maxTokens !== undefined && { max_new_tokens: settings.maxTokens }),
          stopping_criteria: stopOn(library, [signal]),
        });
        const text = saidSchema.parse(await made.catch(nothingSaid)).text.trim();
        assertWanted(signal);
        if (text === "") throw new TuttiError("bad-input", `No words were recognised in ${audio.name}.`);
        return { text };
      },
      close: () => pipe.dispose(),
    };
  },
};

export const audioClassification: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("audio-classification", model.folder, options);
    const rate = rateOf(pipe.processor);
    return {
      async run(inputs, { signal }) {
        const samples = await readSound(readInputs(audioSchema, inputs).audio, rate);
        assertWanted(signal);
        return outputsOf(labelsSchema.parse(await pipe(samples, { top_k: 5 })));
      },
      close: () => pipe.dispose(),
    };
  },
};

export const zeroShotAudioClassification: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("zero-shot-audio-classification", model.folder, options);
    const rate = rateOf(pipe.processor);
    return {
      async run(inputs, { signal }) {
        const { audio, labels } = readInputs(namedSchema, inputs);
        const candidates = splitLabels(labels);
        const samples = await readSound(audio, rate);
        assertWanted(signal);
        return outputsOf(labelsSchema.parse(await pipe(samples, candidates)));
      },
      close: () => pipe.dispose(),
    };
  },
};

/** The library can't decode a transcript without tokens. */
function nothingSaid(error: unknown): { readonly text: string } {
  if (error instanceof Error && error.message.includes("token_ids must be a non-empty array")) return { text: "" };
  throw error;
}

const rateSchema = z.object({ sampling_rate: z.number().positive() });

/** Samples a second. */
function rateOf({ feature_extractor: extractor }: Processor): number {
  return rateSchema.parse(extractor?.config).sampling_rate;
}
