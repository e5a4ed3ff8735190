/** Which part of a picture an operation works on. */
import type { Detection } from "../../../src/run/value.ts";
import { TuttiError } from "../../../src/errors.ts";
import { describeCounts } from "./count-words.ts";
import { area, intersection, type Box } from "./geometry.ts";
import type { Picture } from "./open-image.ts";
import type { Size } from "./views.ts";
import { labelMatcher, readWantedLabels } from "./wanted-labels.ts";

/** Whole pixels, inside the picture, at least one by one. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The boxes that a label means, best first; all of them where none is given.
 * @throws TuttiError `bad-input` where there is no such box; the message says what there was.
 */
export function chooseBoxes(
  boxes: readonly Detection[],
  label: string | undefined,
  { name, ...size }: Picture,
): Detection[] {
  const frame = { xmin: 0, ymin: 0, xmax: size.width, ymax: size.height };
  const inside = boxes
    .map((detection) => ({ ...detection, box: intersection(detection.box, frame) }))
    .filter(({ box }) => area(box) > 0);
  const matches = labelMatcher(label);
  const chosen = inside.filter((detection) => matches(detection.label)).toSorted((a, b) => b.score - a.score);
  if (chosen.length > 0) return chosen;
  const found = describeCounts(inside, readWantedLabels(undefined));
  throw new TuttiError(
    "bad-input",
    inside.length === 0
      ? `Nothing was found in ${name}, so there is no part of it to work on.`
      : `No ${label?.trim() ?? "such thing"} was found in ${name}; what was found: ${found}.`,
  );
}

/** Widens a box by a share of its longer side and cuts it off at the edges of the picture. */
export function regionAround({ xmin, ymin, xmax, ymax }: Box, padding: number, { width, height }: Size): Region {
  const pad = padding * Math.max(xmax - xmin, ymax - ymin);
  const left = Math.min(width - 1, Math.max(0, Math.floor(xmin - pad)));
  const top = Math.min(height - 1, Math.max(0, Math.floor(ymin - pad)));
  const right = Math.max(left + 1, Math.min(width, Math.ceil(xmax + pad)));
  const bottom = Math.max(top + 1, Math.min(height, Math.ceil(ymax + pad)));
  return { left, top, width: right - left, height: bottom - top };
}
