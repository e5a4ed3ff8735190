import { defineExpert } from "../define-expert.ts";
import { imageCrop } from "../tasks/image-crop.ts";
import { unionOf } from "./vision/geometry.ts";
import { imageOperation } from "./vision/image-card.ts";
import { loadSharp, openImage } from "./vision/open-image.ts";
import { chooseBoxes, regionAround } from "./vision/region.ts";
import { saveImage } from "./vision/save-image.ts";

/** Room around the thing, as a share of its longer side. */
const PADDING = 0.04;

export const imageCropExpert = defineExpert({
  task: imageCrop,
  card: {
    ...imageOperation,
    id: "builtin/crop",
    title: "Crop to a thing",
    model: "sharp",
    quality:
      "Exact at cutting; as good as the boxes it is given. With a label it takes the surest box of that class, without one everything that was found.",
  },
  load: loadSharp,
  async run(sharp, { image, boxes, label }, context) {
    const picture = await openImage(sharp, image);
    const chosen = chooseBoxes(boxes, label, picture).map(({ box }) => box);
    const box = unionOf(label === undefined ? chosen : chosen.slice(0, 1));
    const part = picture.edit().extract(regionAround(box, PADDING, picture));
    return { image: await saveImage(part, picture, "cropped", context) };
  },
});
