/** Vectors of texts: of a text encoder, or of the text half of a model that has pictures in the same space. */
import type { Tensor } from "@huggingface/transformers";
import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import { requireText } from "../../../builtin/text/require-text.ts";
import { readInputs } from "../../../vlm/read-inputs.ts";
import { assertWanted } from "../generation.ts";
import type { Variant } from "../obtain-model.ts";
import { type ModelAccess, type TaskRunner } from "../runner.ts";
import { jointModels, spaceOf, vectorsOf } from "./joint-models.ts";
import { assertFits, textOf } from "./text.ts";

interface TextEncoder {
  /** Of length 1. @throws TuttiError `bad-input` for what is too long */
  readonly embed: (texts: string[]) => Promise<number[][]>;
  readonly close: () => Promise<unknown>;
}

/** Of a model that also sees, the half that reads. */
const reading: Variant = {
  name: "text",
  basesOf: ({ model_type: type }) => (jointModels[type] ? ["text_model"] : undefined),
};

export const featureExtraction: TaskRunner = {
  variant: reading,
  async open(access) {
    const encoder = await openTextEncoder(access);
    const space = spaceOf(access.model);
    const embed = async (texts: string[]) =>
      (await encoder.embed(texts)).map((vector) => ({ embedding: { space, vector } }));
    return {
      async run(inputs, { signal }) {
        assertWanted(signal);
        const [outputs] = await embed([textOf(inputs)]);
        return outputs ?? {};
      },
      runMany: (inputs) => embed(inputs.map(textOf)),
      close: encoder.close,
    };
  },
};

const pairSchema = z.object({ text: z.string(), other: z.string() });

export const sentenceSimilarity: TaskRunner = {
  variant: reading,
  async open(access) {
    const encoder = await openTextEncoder(access);
    return {
      async run(inputs, { signal }) {
        const pair = readInputs(pairSchema, inputs);
        const texts = [requireText(pair.text), requireText(pair.other, "other text")];
        assertWanted(signal);
        const [one = [], other = []] = await encoder.embed(texts);
        const score = one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
        return { score: Math.round(score * 1000) / 1000, text: `Their similarity is ${score.toFixed(2)} of 1.` };
      },
      close: encoder.close,
    };
  },
};

async function openTextEncoder({ library, model, settings, options }: ModelAccess): Promise<TextEncoder> {
  const joint = jointModels[model.config.model_type];
  if (joint) {
    const tokenizer = await library.AutoTokenizer.from_pretrained(model.folder);
    const encoder = await library[joint.textClass].from_pretrained(model.folder, options);
    return {
      async embed(texts) {
        for (const text of texts) assertFits(tokenizer, model, text);
        const inputs: Record<string, Tensor> = tokenizer(texts, { padding: joint.padding, truncation: true });
        return vectorsOf(library, await encoder(inputs), joint.textOutput);
      },
      close: () => encoder.dispose(),
    };
  }
  const pipe = await library.pipeline("feature-extraction", model.folder, options);
  return {
    async embed(texts) {
      for (const text of texts) assertFits(pipe.tokenizer, model, text);
      const made = await pipe(texts, { pooling: settings.pooling ?? "mean", normalize: true });
      if (made.dims.length === 2) return vectorsOf(library, { made }, "made");
      throw new TuttiError("expert-unavailable", `${model.name} gives no vector for a text`);
    },
    close: () => pipe.dispose(),
  };
}
