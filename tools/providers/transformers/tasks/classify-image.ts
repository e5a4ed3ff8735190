/** Sorting pictures: into the classes that a model was trained for, or, by words, into those that the request names. */
import { z } from "zod";
import { splitLabels } from "../../../builtin/text/split-labels.ts";
import { fileSchema, readInputs } from "../../../vlm/read-inputs.ts";
import { assertWanted } from "../generation.ts";
import { readImage } from "../raw-image.ts";
import { whole, type TaskRunner } from "../runner.ts";
import { outputsOf } from "./classify-text.ts";

const imageSchema = z.object({ image: fileSchema });
const namedSchema = z.object({ image: fileSchema, labels: z.string() });
const labelsSchema = z.array(z.object({ label: z.string(), score: z.number() }));
const MOST_LABELS = 5;

export const imageClassification: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("image-classification", model.folder, options);
    return {
      async run(inputs, { signal }) {
        const image = await readImage(library, readInputs(imageSchema, inputs).image);
        assertWanted(signal);
        return outputsOf(labelsSchema.parse(await pipe(image, { top_k: MOST_LABELS })));
      },
      async runMany(inputs) {
        const images = [];
        for (const one of inputs) images.push(await readImage(library, readInputs(imageSchema, one).image));
        return z
          .array(labelsSchema)
          .parse(await pipe(images, { top_k: MOST_LABELS }))
          .map(outputsOf);
      },
      close: () => pipe.dispose(),
    };
  },
};

export const zeroShotImageClassification: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("zero-shot-image-classification", model.folder, options);
    return {
      async run(inputs, { signal }) {
        const given = readInputs(namedSchema, inputs);
        const labels = splitLabels(given.labels);
        const image = await readImage(library, given.image);
        assertWanted(signal);
        return outputsOf(labelsSchema.parse(await pipe(image, labels)));
      },
      close: () => pipe.dispose(),
    };
  },
};
