/** Things in pictures: those that a model was trained for, or those that the request names. */
import { z } from "zod";
import { fileSchema, readInputs } from "../../../vlm/read-inputs.ts";
import { foundWords } from "../../../vlm/found-words.ts";
import { readLabels } from "../../../vlm/read-labels.ts";
import type { Detection } from "../../../../src/run/value.ts";
import { singularCandidates } from "../../../builtin/vision/nouns.ts";
import { assertWanted } from "../generation.ts";
import { readImage } from "../raw-image.ts";
import { whole, type Outputs, type TaskRunner } from "../runner.ts";

const inputsSchema = z.object({ image: fileSchema, labels: z.string().optional() });
const namedSchema = z.object({ image: fileSchema, labels: z.string() });
const boxesSchema = z.array(
  z.object({
    label: z.string(),
    score: z.number(),
    box: z.object({ xmin: z.number(), ymin: z.number(), xmax: z.number(), ymax: z.number() }),
  }),
);

/** Of DETR, as its makers show it. */
const SURE = 0.7;
/** OWL-ViT is less sure of everything. */
const LIKELY = 0.1;

export const objectDetection: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("object-detection", model.folder, options);
    return {
      async run(inputs, { signal }) {
        const { image: file, labels } = readInputs(inputsSchema, inputs);
        const asked = labels === undefined ? [] : readLabels(labels);
        const image = await readImage(library, file);
        assertWanted(signal);
        const found = boxesSchema.parse(await pipe(image, { threshold: SURE }));
        return outputsOf(asked.length === 0 ? found : found.filter(({ label }) => isAsked(label, asked)), asked);
      },
      close: () => pipe.dispose(),
    };
  },
};

export const zeroShotObjectDetection: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("zero-shot-object-detection", model.folder, options);
    return {
      async run(inputs, { signal }) {
        const given = readInputs(namedSchema, inputs);
        const labels = readLabels(given.labels);
        const image = await readImage(library, given.image);
        assertWanted(signal);
        return outputsOf(boxesSchema.parse(await pipe(image, [...labels], { threshold: LIKELY })), labels);
      },
      close: () => pipe.dispose(),
    };
  },
};

/** "the dogs" asks for "dog". */
function isAsked(label: string, asked: readonly string[]): boolean {
  const words = asked.map((one) => one.toLowerCase().replace(/^(?:an?|the)\s+/, ""));
  return words.some((word) => singularCandidates(word).includes(label.toLowerCase()));
}

function outputsOf(found: readonly Detection[], asked: readonly string[]): Outputs {
  const boxes = found
    .map(({ label, score, box }) => ({ label, score: Math.round(score * 100) / 100, box }))
    .toSorted((a, b) => b.score - a.score);
  return { boxes, count: boxes.length, text: foundWords(boxes, asked) };
}
