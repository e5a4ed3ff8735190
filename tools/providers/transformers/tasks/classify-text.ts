/** Sorting texts: into the classes that a model was trained for, or into those that the request names. */
import { z } from "zod";
import type { Label } from "../../../../src/run/value.ts";
import { splitLabels } from "../../../builtin/text/split-labels.ts";
import { readInputs } from "../../../vlm/read-inputs.ts";
import { assertWanted } from "../generation.ts";
import { whole, type Outputs, type TaskRunner } from "../runner.ts";
import { assertFits, textOf } from "./text.ts";

const MOST_LABELS = 20;
const labelsSchema = z.array(z.object({ label: z.string(), score: z.number() }));
/** For several texts there are lists, for one class there is no list. */
const answersSchema = z.array(
  z.union([labelsSchema, z.object({ label: z.string(), score: z.number() }).transform((one) => [one])]),
);

export const textClassification: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("text-classification", model.folder, options);
    const classify = async (texts: string[]): Promise<Outputs[]> => {
      const answers = answersSchema.parse(await pipe(texts, { top_k: MOST_LABELS }));
      return answers.map((labels) => outputsOf(labels));
    };
    return {
      async run(inputs, { signal }) {
        const text = textOf(inputs);
        assertFits(pipe.tokenizer, model, text);
        assertWanted(signal);
        const [outputs] = await classify([text]);
        return outputs ?? outputsOf([]);
      },
      async runMany(inputs) {
        const texts = inputs.map(textOf);
        for (const text of texts) assertFits(pipe.tokenizer, model, text);
        return classify(texts);
      },
      close: () => pipe.dispose(),
    };
  },
};

const zeroShotSchema = z.object({ text: z.string(), labels: z.string() });
const ranksSchema = z.object({ labels: z.array(z.string()), scores: z.array(z.number()) });

export const zeroShotClassification: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("zero-shot-classification", model.folder, options);
    return {
      async run(inputs, { signal }) {
        const text = textOf(inputs);
        const labels = splitLabels(readInputs(zeroShotSchema, inputs).labels);
        assertFits(pipe.tokenizer, model, text, labels.toSorted((a, b) => b.length - a.length)[0] ?? "");
        assertWanted(signal);
        const ranks = ranksSchema.parse(await pipe(text, labels));
        return outputsOf(ranks.labels.map((label, at) => ({ label, score: ranks.scores[at] ?? 0 })));
      },
      close: () => pipe.dispose(),
    };
  },
};

/** Best first; the best is what is said. */
export function outputsOf(given: readonly Label[]): Outputs {
  const labels = given
    .map(({ label, score }) => ({ label, score: Math.round(score * 1000) / 1000 }))
    .toSorted((a, b) => b.score - a.score);
  const [best] = labels;
  return { labels, text: best ? best.label : "nothing" };
}
