import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import type { InputFile } from "../../../define-expert.ts";
import { fileSchema, readInputs } from "../../../vlm/read-inputs.ts";
import { assertWanted } from "../generation.ts";
import type { Variant } from "../obtain-model.ts";
import { readImage } from "../raw-image.ts";
import type { ModelAccess, TaskRunner } from "../runner.ts";
import { jointModels, spaceOf, vectorsOf } from "./joint-models.ts";

const inputsSchema = z.object({ image: fileSchema });

/** Of a model that also reads, the half that sees. */
const seeing: Variant = {
  name: "image",
  basesOf: ({ model_type: type }) => (jointModels[type]?.visionClass ? ["vision_model"] : undefined),
};

interface ImageEncoder {
  /** Of length 1. */
  readonly embed: (files: readonly InputFile[]) => Promise<number[][]>;
  readonly close: () => Promise<unknown>;
}

export const imageFeatureExtraction: TaskRunner = {
  variant: seeing,
  async open(access) {
    const encoder = await openImageEncoder(access);
    const space = spaceOf(access.model);
    return {
      async run(inputs, { signal }) {
        assertWanted(signal);
        const [vector = []] = await encoder.embed([fileOf(inputs)]);
        return { embedding: { space, vector } };
      },
      async runMany(inputs) {
        const vectors = await encoder.embed(inputs.map(fileOf));
        return vectors.map((vector) => ({ embedding: { space, vector } }));
      },
      close: encoder.close,
    };
  },
};

function fileOf(inputs: unknown): InputFile {
  return readInputs(inputsSchema, inputs).image;
}

async function openImageEncoder({ library, model, options }: ModelAccess): Promise<ImageEncoder> {
  const processor = await library.AutoProcessor.from_pretrained(model.folder);
  const joint = jointModels[model.config.model_type];
  const encoder =
    joint?.visionClass === undefined
      ? await library.AutoModelForImageFeatureExtraction.from_pretrained(model.folder, options)
      : await library[joint.visionClass].from_pretrained(model.folder, options);
  const names = joint?.visionOutput === undefined ? ["pooler_output", "image_embeds"] : [joint.visionOutput];
  const outputsSchema = z.record(z.string(), z.unknown());
  return {
    async embed(files) {
      const images = [];
      for (const file of files) images.push(await readImage(library, file));
      const outputs = outputsSchema.parse(await encoder(await processor(images)));
      const name = names.find((one) => one in outputs);
      if (name !== undefined) return vectorsOf(library, outputs, name);
      const { last_hidden_state: states } = outputs;
      if (!(states instanceof library.Tensor) || states.dims.length !== 3) {
        throw new TuttiError("expert-unavailable", `${model.name} gives no vector for a picture`);
      }
      // The first place stands for the whole picture (CLS).
      return vectorsOf(library, { states: states.slice(null, 0) }, "states");
    },
    close: () => encoder.dispose(),
  };
}
