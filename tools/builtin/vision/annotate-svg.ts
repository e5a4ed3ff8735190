/** Boxes with their labels as an SVG that is laid over the picture. */
import type { Detection } from "../../../src/run/value.ts";
import { area, intersection, type Box } from "./geometry.ts";
import { drawText } from "./label-text.ts";
import type { Size } from "./views.ts";

/** Told apart by people with most kinds of colour vision (after Okabe and Ito, 2008), and carrying dark or light text. */
const palette = [
  { fill: "#E69F00", ink: "#1a1a1a" },
  { fill: "#56B4E9", ink: "#1a1a1a" },
  { fill: "#009E73", ink: "#ffffff" },
  { fill: "#F0E442", ink: "#1a1a1a" },
  { fill: "#0072B2", ink: "#ffffff" },
  { fill: "#D55E00", ink: "#ffffff" },
  { fill: "#CC79A7", ink: "#1a1a1a" },
] as const;

const LONGEST_LABEL = 40;

/** One colour per class, in the order in which the classes come. Larger boxes lie under smaller ones, labels on top. */
export function annotationSvg(boxes: readonly Detection[], { width, height }: Size): string {
  // Smaller letters where many labels must share the room.
  const fontSize = Math.min(72, Math.max(10, Math.sqrt(width * height) / (30 + boxes.length)));
  const stroke = Math.max(2, fontSize / 6);
  const colours = colourByLabel(boxes);
  const frame = { xmin: 0, ymin: 0, xmax: width, ymax: height };
  const visible = boxes
    .map((detection) => ({ ...detection, box: intersection(detection.box, frame) }))
    .filter(({ box }) => area(box) > 0)
    .toSorted((a, b) => area(b.box) - area(a.box));
  const taken: Box[] = [];
  const things = visible.map(({ box }) => box);
  const frames = visible.map(({ label, box }) => drawFrame(box, colours.get(label) ?? palette[0], stroke));
  const labels = visible.map((detection) => {
    const text = drawText(wording(detection), fontSize);
    const pill = { width: text.width + fontSize * 0.8, height: fontSize * 1.5 };
    const place = findPlace(detection.box, pill, frame, stroke, { labels: taken, things });
    taken.push(place);
    const { fill, ink } = colours.get(detection.label) ?? palette[0];
    return (
      `<rect x="${place.xmin}" y="${place.ymin}" width="${pill.width}" height="${pill.height}" ` +
      `rx="${fontSize * 0.3}" fill="${fill}" fill-opacity="0.95"/>` +
      `<g fill="${ink}" transform="translate(${place.xmin + fontSize * 0.4} ${place.ymin + fontSize * 1.11})">${text.svg}</g>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${frames.join("")}${labels.join("")}</svg>`;
}

function colourByLabel(boxes: readonly Detection[]): Map<string, (typeof palette)[number]> {
  const labels = [...new Set(boxes.map(({ label }) => label))];
  return new Map(labels.map((label, index) => [label, palette[index % palette.length] ?? palette[0]]));
}

function wording({ label, score }: Detection): string {
  const short = label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;
  return `${short.replaceAll(/\s+/g, " ")} ${Math.round(score * 100)}%`;
}

/** A dark line under the coloured one keeps the frame visible on any background. */
function drawFrame({ xmin, ymin, xmax, ymax }: Box, { fill }: (typeof palette)[number], stroke: number): string {
  const inset = stroke / 2;
  const shape =
    `x="${xmin + inset}" y="${ymin + inset}" width="${Math.max(1, xmax - xmin - stroke)}" ` +
    `height="${Math.max(1, ymax - ymin - stroke)}" rx="${stroke * 1.5}" fill="none"`;
  return (
    `<rect ${shape} stroke="#000000" stroke-opacity="0.45" stroke-width="${stroke * 1.8}"/>` +
    `<rect ${shape} stroke="${fill}" stroke-width="${stroke}"/>`
  );
}

/**
 * Places along the box's edges, the usual ones first. Of those the one that hides least: another label must stay
 * readable, and a thing should stay visible, a small one more than a large one.
 */
function findPlace(
  box: Box,
  pill: Size,
  frame: Box,
  stroke: number,
  { labels, things }: { labels: readonly Box[]; things: readonly Box[] },
): Box {
  const gap = stroke / 2;
  const inset = stroke * 2;
  const rows = [box.ymin - pill.height - gap, box.ymin + inset, box.ymax + gap, box.ymax - pill.height - inset];
  const columns = [box.xmin, box.xmin + inset, box.xmax - pill.width, box.xmin - pill.width - gap, box.xmax + gap];
  const room = area({ xmin: 0, ymin: 0, xmax: pill.width, ymax: pill.height });
  const cost = (place: Box, rank: number) => {
    const overlap = (other: Box) => area(intersection(place, other));
    const hiddenLabels = labels.reduce((sum, label) => sum + overlap(label) / room, 0);
    const hiddenThings = things.reduce((sum, thing) => sum + overlap(thing) / area(thing), 0);
    return hiddenLabels * 10 + hiddenThings * 3 + rank / 40;
  };
  const places = rows.flatMap((y) => columns.map((x) => inside({ x, y }, pill, frame)));
  const ranked = places.map((place, rank) => ({ place, cost: cost(place, rank) }));
  const best = ranked.reduce((least, candidate) => (candidate.cost < least.cost ? candidate : least));
  return best.place;
}

function inside({ x, y }: { x: number; y: number }, pill: Size, frame: Box): Box {
  const xmin = Math.max(0, Math.min(x, frame.xmax - pill.width));
  const ymin = Math.max(0, Math.min(y, frame.ymax - pill.height));
  return { xmin, ymin, xmax: xmin + pill.width, ymax: ymin + pill.height };
}
