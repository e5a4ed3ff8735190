import { defineExpert } from "../define-expert.ts";
import { imageGrayscale } from "../tasks/image-grayscale.ts";
import { imageOperation } from "./vision/image-card.ts";
import { loadSharp, openImage } from "./vision/open-image.ts";
import { saveImage } from "./vision/save-image.ts";

export const imageGrayscaleExpert = defineExpert({
  task: imageGrayscale,
  card: {
    ...imageOperation,
    id: "builtin/grayscale",
    title: "Black and white",
    model: "sharp: luminance",
    quality: "Exact: every pixel becomes its luminance.",
  },
  load: loadSharp,
  async run(sharp, { image }, context) {
    const picture = await openImage(sharp, image);
    return { image: await saveImage(picture.edit().grayscale(), picture, "grayscale", context) };
  },
});
