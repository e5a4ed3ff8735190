/** Pictures out of pictures: how far things are, which parts there are, sharper ones. */
import type { RawImage } from "@huggingface/transformers";
import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import { fileSchema, readInputs } from "../../../vlm/read-inputs.ts";
import { assertWanted } from "../generation.ts";
import type { Library } from "../library.ts";
import { readImage, saveImage } from "../raw-image.ts";
import { whole, type TaskRunner } from "../runner.ts";

const inputsSchema = z.object({ image: fileSchema, text: z.string().optional() });

export const depthEstimation: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("depth-estimation", model.folder, options);
    return {
      async run(inputs, { signal, scratch }) {
        const { image: file } = readInputs(inputsSchema, inputs);
        const image = await readImage(library, file);
        assertWanted(signal);
        const { depth } = z.object({ depth: imageOf(library) }).parse(await pipe(image));
        return { image: await saveImage(depth, file, "depth", scratch) };
      },
      close: () => pipe.dispose(),
    };
  },
};

export const imageToImage: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("image-to-image", model.folder, options);
    return {
      async run(inputs, { signal, scratch }) {
        const { image: file, text } = readInputs(inputsSchema, inputs);
        if (text !== undefined && text.trim() !== "") {
          throw new TuttiError(
            "bad-input",
            `${model.name} changes a picture in one way only, and reads no instructions.`,
          );
        }
        const image = await readImage(library, file);
        assertWanted(signal);
        return { image: await saveImage(imageOf(library).parse(await pipe(image)), file, "changed", scratch) };
      },
      close: () => pipe.dispose(),
    };
  },
};

export const imageSegmentation: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("image-segmentation", model.folder, options);
    const segmentsSchema = z.array(z.object({ mask: imageOf(library) }));
    return {
      async run(inputs, { signal, scratch }) {
        const { image: file } = readInputs(inputsSchema, inputs);
        const image = await readImage(library, file);
        assertWanted(signal);
        const masks = segmentsSchema.parse(await pipe(image)).map(({ mask }) => mask);
        return { image: await saveImage(colourIn(image, masks), file, "segments", scratch) };
      },
      close: () => pipe.dispose(),
    };
  },
};

/** Each segment half in a colour of its own; hues that are far apart follow each other (golden angle). */
function colourIn(
  image: RawImage,
  masks: readonly RawImage[],
): Pick<RawImage, "data" | "width" | "height" | "channels"> {
  const { width, height, channels } = image;
  const data = Uint8ClampedArray.from(image.data);
  for (const [at, { data: mask }] of masks.entries()) {
    const colour = colourOf((at * 137.508) % 360);
    for (let pixel = 0; pixel < width * height; pixel++) {
      const share = (mask[pixel] ?? 0) / 510;
      if (share === 0) continue;
      for (const [channel, value] of colour.entries()) {
        const place = pixel * channels + channel;
        data[place] = (data[place] ?? 0) * (1 - share) + value * share;
      }
    }
  }
  return { data, width, height, channels };
}

/** Full colours by their hue in degrees. */
function colourOf(hue: number): readonly [red: number, green: number, blue: number] {
  const part = (offset: number): number => {
    const place = (offset + hue / 60) % 6;
    return 255 * (1 - Math.max(0, Math.min(place, 4 - place, 1)));
  };
  return [part(5), part(3), part(1)];
}

function imageOf({ RawImage: Image }: Library) {
  return z.instanceof(Image);
}
