import { TuttiError } from "../../src/errors.ts";
import { defineExpert } from "../define-expert.ts";
import { imageRotate } from "../tasks/image-rotate.ts";
import { imageOperation } from "./vision/image-card.ts";
import { loadSharp, openImage } from "./vision/open-image.ts";
import { keepsAlpha, saveImage } from "./vision/save-image.ts";

export const imageRotateExpert = defineExpert({
  task: imageRotate,
  card: {
    ...imageOperation,
    id: "builtin/rotate",
    title: "Rotate",
    model: "sharp",
    quality:
      "Exact for multiples of 90 degrees; other angles are resampled, with corners that are transparent (white in a JPEG).",
  },
  load: loadSharp,
  async run(sharp, { image, angle = 90 }, context) {
    if (!Number.isFinite(angle))
      throw new TuttiError("bad-input", `The angle must be a number of degrees; it is ${angle}.`);
    const picture = await openImage(sharp, image);
    const degrees = ((angle % 360) + 360) % 360;
    const right = degrees % 90 === 0;
    const clear = !right && keepsAlpha(picture);
    const source = clear ? picture.edit().ensureAlpha() : picture.edit();
    const background = clear ? { r: 0, g: 0, b: 0, alpha: 0 } : "#ffffff";
    const turned = source.rotate(degrees, { background });
    return { image: await saveImage(turned, picture, "rotated", context) };
  },
});
