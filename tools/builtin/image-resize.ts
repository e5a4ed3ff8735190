import { TuttiError } from "../../src/errors.ts";
import { defineExpert } from "../define-expert.ts";
import { imageResize } from "../tasks/image-resize.ts";
import { imageOperation } from "./vision/image-card.ts";
import { loadSharp, openImage } from "./vision/open-image.ts";
import { saveImage } from "./vision/save-image.ts";
import type { Size } from "./vision/views.ts";

const LONGEST_SIDE = 10_000;
/** Pixels of the largest result. */
const LARGEST = 50_000_000;

export const imageResizeExpert = defineExpert({
  task: imageResize,
  card: {
    ...imageOperation,
    id: "builtin/resize",
    title: "Resize",
    model: "sharp: Lanczos",
    quality: "Sharp when it makes a picture smaller; when it makes one larger it adds pixels, not detail.",
  },
  load: loadSharp,
  async run(sharp, { image, width, height }, context) {
    const wanted = { width: checkSide("width", width), height: checkSide("height", height) };
    const picture = await openImage(sharp, image);
    const size = targetSize(picture, wanted);
    const resized = picture.edit().resize(size.width, size.height, { fit: "fill" });
    return { image: await saveImage(resized, picture, `${size.width}x${size.height}`, context) };
  },
});

function checkSide(side: string, pixels: number | undefined): number | undefined {
  if (pixels === undefined) return undefined;
  const whole = Math.round(pixels);
  if (whole >= 1 && whole <= LONGEST_SIDE) return whole;
  throw new TuttiError("bad-input", `The ${side} must be 1 to ${LONGEST_SIDE} pixels; it is ${pixels}.`);
}

/** The side that isn't given follows from the proportions. */
function targetSize(
  picture: Size,
  { width, height }: { width?: number | undefined; height?: number | undefined },
): Size {
  if (width === undefined && height === undefined) {
    throw new TuttiError("bad-input", "To resize a picture, say a width or a height in pixels.");
  }
  const size = {
    width: width ?? follow(height ?? 1, picture.height, picture.width),
    height: height ?? follow(width ?? 1, picture.width, picture.height),
  };
  if (Math.max(size.width, size.height) > LONGEST_SIDE || size.width * size.height > LARGEST) {
    throw new TuttiError(
      "bad-input",
      `A picture of ${size.width} by ${size.height} pixels is too large; at most ${LONGEST_SIDE} a side and ${LARGEST / 1e6} megapixels are made.`,
    );
  }
  return size;
}

function follow(given: number, own: number, other: number): number {
  return Math.max(1, Math.round((given / own) * other));
}
