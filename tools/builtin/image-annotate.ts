import { defineExpert } from "../define-expert.ts";
import { imageAnnotate } from "../tasks/image-annotate.ts";
import { annotationSvg } from "./vision/annotate-svg.ts";
import { imageOperation } from "./vision/image-card.ts";
import { loadSharp, openImage } from "./vision/open-image.ts";
import { saveImage } from "./vision/save-image.ts";

export const imageAnnotateExpert = defineExpert({
  task: imageAnnotate,
  card: {
    ...imageOperation,
    id: "builtin/annotate",
    title: "Draw boxes and labels",
    model: "SVG over the picture, by sharp",
    quality:
      "Draws exactly the boxes it is given, one colour per class; labels of many things in one place may cover each other.",
  },
  load: loadSharp,
  async run(sharp, { image, boxes }, context) {
    const picture = await openImage(sharp, image);
    const overlay = Buffer.from(annotationSvg(boxes, picture));
    const drawn = picture.edit().composite([{ input: overlay }]);
    return { image: await saveImage(picture.hasAlpha ? drawn : drawn.removeAlpha(), picture, "annotated", context) };
  },
});
