import type { OverlayOptions } from "sharp";
import { defineExpert } from "../define-expert.ts";
import { imageBlur } from "../tasks/image-blur.ts";
import { FACE } from "./vision/coco-classes.ts";
import { imageOperation } from "./vision/image-card.ts";
import { loadSharp, openImage, type Picture, type SharpModule } from "./vision/open-image.ts";
import { chooseBoxes, regionAround, type Region } from "./vision/region.ts";
import { saveImage } from "./vision/save-image.ts";

/** A face box ends at brow and chin; the padding takes in hair and ears. Others end at the thing itself. */
const FACE_PADDING = 0.12;
const PADDING = 0.03;

/**
 * What is left of the shorter side, in pixels, before it is smoothed. A face of 16 by 16 pixels can be recognised and
 * letters 5 pixels high can be read, so it must be clearly less; a line of text is one letter high.
 */
const FACE_CELLS = 4;
const CELLS = 2;

export const imageBlurExpert = defineExpert({
  task: imageBlur,
  card: {
    ...imageOperation,
    id: "builtin/blur",
    title: "Blur things",
    model: "sharp: reduced to a few cells, then smoothed",
    quality:
      "What it blurs can't be made out again: of each thing only 2 to 4 cells across are kept. It blurs what the boxes say, so a face that was not found stays visible; look before you publish.",
  },
  load: loadSharp,
  async run(sharp, { image, boxes, label }, context) {
    const picture = await openImage(sharp, image);
    const patches = chooseBoxes(boxes, label, picture).map(async (detection) => {
      const isFace = detection.label === FACE;
      const region = regionAround(detection.box, isFace ? FACE_PADDING : PADDING, picture);
      return await blurredPatch(sharp, picture, region, isFace);
    });
    const blurred = picture.edit().composite(await Promise.all(patches));
    return {
      image: await saveImage(picture.hasAlpha ? blurred : blurred.removeAlpha(), picture, "blurred", context),
    };
  },
});

/** Fewer pixels first: a Gaussian blur alone can be partly undone, lost pixels can't. */
async function blurredPatch(
  sharp: SharpModule,
  picture: Picture,
  { left, top, width, height }: Region,
  isFace: boolean,
): Promise<OverlayOptions> {
  const cell = Math.max(1, Math.min(width, height) / (isFace ? FACE_CELLS : CELLS));
  const few = await picture
    .edit()
    .extract({ left, top, width, height })
    .resize(Math.ceil(width / cell), Math.ceil(height / cell), { fit: "fill", kernel: "cubic" })
    .png()
    .toBuffer();
  const smooth = await sharp(few)
    .resize(width, height, { fit: "fill", kernel: "cubic" })
    .blur(Math.max(0.5, cell / 2))
    .ensureAlpha()
    .png()
    .toBuffer();
  const input = await sharp(smooth)
    .composite([{ input: Buffer.from(shape(width, height, isFace)), blend: "dest-in" }])
    .png()
    .toBuffer();
  return { input, left, top };
}

function shape(width: number, height: number, round: boolean): string {
  const [rx, ry] = round ? [width / 2, height / 2] : [Math.min(width, height) * 0.06, Math.min(width, height) * 0.06];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" rx="${rx}" ry="${ry}"/></svg>`;
}
