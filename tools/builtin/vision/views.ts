/**
 * Views: square pieces of a picture in which a detector looks. A detector that squeezes a wide picture into its
 * square input, or that sees a thing cut off by the frame, errs; a grey margin and several looks mend much of it.
 */
import { area, intersection, longerSide, shareInside, type Box } from "./geometry.ts";

export interface View {
  /** The part of the picture that is shown, in its pixels. */
  readonly region: Box;
  /** Grey around the region on each side, as a share of its longer side. */
  readonly margin: number;
  /** Left and right swapped. */
  readonly flipped: boolean;
  /** Views of one scale vote together: a thing may be too small to be seen in one scale and clear in another. */
  readonly scale: "whole" | "part";
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a view's region comes to lie in a square of `size` pixels. */
export interface Placement {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Looks at the whole picture; three that differ, so that an error of one is outvoted. */
export function wholeViews({ width, height }: Size): View[] {
  const region = { xmin: 0, ymin: 0, xmax: width, ymax: height };
  return [
    { region, margin: 0.05, flipped: false, scale: "whole" },
    { region, margin: 0.12, flipped: true, scale: "whole" },
    { region, margin: 0.25, flipped: false, scale: "whole" },
  ];
}

/** How far a part reaches into the next, at least, as a share of its side. */
const OVERLAP = 0.3;

/** Overlapping parts that cover the picture: squares of `share` of its longer side, or as high or wide as it is. */
export function partViews({ width, height }: Size, share: number): View[] {
  const side = Math.max(1, Math.round(Math.max(width, height) * share));
  return starts(height, side).flatMap((ymin) =>
    starts(width, side).map((xmin): View => ({
      region: { xmin, ymin, xmax: Math.min(width, xmin + side), ymax: Math.min(height, ymin + side) },
      margin: 0.05,
      flipped: false,
      scale: "part",
    })),
  );
}

function starts(length: number, side: number): number[] {
  const steps = Math.max(0, Math.ceil((length - side) / (side * (1 - OVERLAP))));
  return Array.from({ length: steps + 1 }, (_, i) => Math.round((Math.max(0, length - side) * i) / Math.max(1, steps)));
}

export function place({ region, margin }: View, size: number): Placement {
  const scale = size / (longerSide(region) * (1 + 2 * margin));
  const width = Math.max(1, Math.round((region.xmax - region.xmin) * scale));
  const height = Math.max(1, Math.round((region.ymax - region.ymin) * scale));
  return { left: Math.floor((size - width) / 2), top: Math.floor((size - height) / 2), width, height };
}

/** From a box in shares of the view's square (0..1) to pixels of the picture, cut off at the region's edge. */
export function toPicture(box: Box, view: View, size: number): Box {
  const { left, top, width, height } = place(view, size);
  const { region } = view;
  const x = (share: number) => region.xmin + ((share * size - left) / width) * (region.xmax - region.xmin);
  const y = (share: number) => region.ymin + ((share * size - top) / height) * (region.ymax - region.ymin);
  const [from, to] = view.flipped ? [1 - box.xmax, 1 - box.xmin] : [box.xmin, box.xmax];
  return intersection({ xmin: x(from), ymin: y(box.ymin), xmax: x(to), ymax: y(box.ymax) }, region);
}

/** Things smaller than this share of a view are often missed, so that missing them there says nothing. */
const SMALLEST_SEEN = 0.08;

/** Whether a thing at this place ought to be found in this view: it is all there, and large enough. */
export function shouldSee(view: View, box: Box): boolean {
  const shown = longerSide(view.region) * (1 + 2 * view.margin);
  return shareInside(box, view.region) > 0.9 && longerSide(box) >= SMALLEST_SEEN * shown;
}

/** Whether a box touches an edge of the view beyond which the picture goes on: what it holds is cut off there. */
export function isCutOff(box: Box, { region }: View, { width, height }: Size): boolean {
  const edge = 0.02 * longerSide(region);
  return (
    area(box) === 0 ||
    (region.xmin > 0 && box.xmin < region.xmin + edge) ||
    (region.ymin > 0 && box.ymin < region.ymin + edge) ||
    (region.xmax < width && box.xmax > region.xmax - edge) ||
    (region.ymax < height && box.ymax > region.ymax - edge)
  );
}
