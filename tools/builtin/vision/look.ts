/** Shows a view of a picture to a detector and brings what it finds back into the picture's pixels. */
import type { Detection } from "../../../src/run/value.ts";
import { area } from "./geometry.ts";
import type { Square } from "./human-runtime.ts";
import type { Picture } from "./open-image.ts";
import { isCutOff, place, toPicture, type View } from "./views.ts";

/** Pixels per side of what the detectors are shown; CenterNet's own input size. */
const VIEW_SIZE = 512;
const GREY = { r: 128, g: 128, b: 128 };

/** Looks at each view in turn; boxes that the edge of a part cuts off are left out. */
export async function lookAt<Found extends Detection>(
  picture: Picture,
  views: readonly View[],
  detect: (square: Square) => Promise<Found[]>,
  signal: AbortSignal,
): Promise<{ view: View; detections: Found[] }[]> {
  const looks = [];
  for (const view of views) {
    signal.throwIfAborted();
    // oxlint-disable-next-line no-await-in-loop -- the model does one view at a time, and a cancel must stop the rest
    const found = await detect({ pixels: await drawView(picture, view), size: VIEW_SIZE });
    const detections = found
      .map((detection) => ({ ...detection, box: toPicture(detection.box, view, VIEW_SIZE) }))
      .filter(({ box }) => area(box) > 0 && !isCutOff(box, view, picture));
    looks.push({ view, detections });
  }
  return looks;
}

async function drawView(picture: Picture, view: View): Promise<Uint8Array> {
  const { left, top, width, height } = place(view, VIEW_SIZE);
  const { xmin, ymin, xmax, ymax } = view.region;
  const pipeline = picture
    .edit()
    .extract({ left: xmin, top: ymin, width: xmax - xmin, height: ymax - ymin })
    .flatten({ background: GREY })
    .flop(view.flipped)
    .resize(width, height, { fit: "fill" })
    .extend({
      left,
      top,
      right: VIEW_SIZE - left - width,
      bottom: VIEW_SIZE - top - height,
      background: GREY,
    });
  const pixels = await pipeline.raw().toBuffer();
  return new Uint8Array(pixels);
}
