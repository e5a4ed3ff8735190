/** Finds and reads the text in a picture. */
import type { Detection } from "../../../../src/run/value.ts";
import type { Picture } from "../open-image.ts";
import { cutOut, type RgbPixels } from "./cut-out.ts";
import type { ReadLine } from "./decode-line.ts";
import { LINE_HEIGHT, type OcrRuntime } from "./ocr-runtime.ts";
import { readingOrder } from "./reading-order.ts";
import { boundsOf, type RotatedRectangle } from "./rotated-rectangle.ts";
import { findTextRegions } from "./text-regions.ts";
import type { SharpModule } from "../open-image.ts";

/** Pixels of the longer side in which text is looked for: small pictures are enlarged, at most twice. */
const SMALLEST = 960;
const LARGEST = 1600;
/** Pixels of the longer side from which lines are cut out; more adds memory, not legibility. */
const LARGEST_SOURCE = 4000;
/** The finder's grid. */
const GRID = 32;

/** Measured on 26 pictures: what reads right scores more than 0.87, what is no text mostly less than 0.75. */
const LEGIBLE = 0.78;
/** Up to three characters are easily seen in what is none. */
const LEGIBLE_SHORT = 0.9;

/** Height over width from which a piece is taken for a line that runs up or down. */
const UPRIGHT = 1.5;
/** A line this long in line heights is cut off: no picture holds one, and memory grows with it. */
const LONGEST_LINE = 80;

export interface TextInPicture {
  /** One line per row, in reading order; empty where there is none. */
  readonly text: string;
  /** Each piece of text, in the same order; the label is the text. */
  readonly boxes: Detection[];
}

export async function readText(
  { sharp, ocr }: { sharp: SharpModule; ocr: OcrRuntime },
  picture: Picture,
  signal: AbortSignal,
): Promise<TextInPicture> {
  const flat = picture.edit().flatten({ background: "#ffffff" });
  const source = await rgb(flat.resize(LARGEST_SOURCE, LARGEST_SOURCE, { fit: "inside", withoutEnlargement: true }));
  const pieces: Detection[] = [];
  for (const region of await locate(sharp, ocr, source)) {
    signal.throwIfAborted();
    // oxlint-disable-next-line no-await-in-loop -- the model reads one line at a time, and a cancel must stop the rest
    const { text, score } = await readRegion(sharp, ocr, source, region);
    if (score < (text.length > 3 ? LEGIBLE : LEGIBLE_SHORT) || text === "") continue;
    pieces.push({ label: text, score, box: boundsOf(region) });
  }
  const rows = readingOrder(pieces);
  const scale = picture.width / source.width;
  return {
    text: rows.map((row) => row.map(({ label }) => label).join(" ")).join("\n"),
    boxes: rows.flat().map((piece) => inPicture(piece, scale, picture)),
  };
}

async function locate(sharp: SharpModule, ocr: OcrRuntime, source: RgbPixels): Promise<RotatedRectangle[]> {
  const longer = Math.max(source.width, source.height);
  const scale = Math.min(Math.max(longer, Math.min(SMALLEST, 2 * longer)), LARGEST) / longer;
  const width = Math.max(GRID, Math.round((source.width * scale) / GRID) * GRID);
  const height = Math.max(GRID, Math.round((source.height * scale) / GRID) * GRID);
  const resized = fromRaw(sharp, source).resize(width, height, { fit: "fill" });
  const regions = findTextRegions(await ocr.findText(await rgb(resized)));
  const [x, y] = [source.width / width, source.height / height];
  return regions.map((region) => ({
    centre: { x: region.centre.x * x, y: region.centre.y * y },
    width: region.width * x,
    height: region.height * y,
    angle: region.angle,
  }));
}

async function readRegion(
  sharp: SharpModule,
  ocr: OcrRuntime,
  source: RgbPixels,
  region: RotatedRectangle,
): Promise<ReadLine> {
  const read = async (rectangle: RotatedRectangle) => {
    const line = cutOut(source, rectangle);
    const width = Math.round((line.width / line.height) * LINE_HEIGHT);
    const scaled = fromRaw(sharp, line).resize(Math.max(16, Math.min(width, LONGEST_LINE * LINE_HEIGHT)), LINE_HEIGHT, {
      fit: "fill",
    });
    return await ocr.readLine(await rgb(scaled));
  };
  if (region.height < UPRIGHT * region.width) return await read(region);
  // Nothing tells whether it runs down, as on the spine of a book, or up: the better reading wins.
  const turned = { centre: region.centre, width: region.height, height: region.width };
  const down = await read({ ...turned, angle: region.angle + Math.PI / 2 });
  const up = await read({ ...turned, angle: region.angle - Math.PI / 2 });
  return up.score > down.score ? up : down;
}

function inPicture({ label, score, box }: Detection, scale: number, { width, height }: Picture): Detection {
  const within = (value: number, most: number) => Math.max(0, Math.min(most, Math.round(value * scale)));
  return {
    label,
    score: Math.round(score * 100) / 100,
    box: {
      xmin: within(box.xmin, width),
      ymin: within(box.ymin, height),
      xmax: within(box.xmax, width),
      ymax: within(box.ymax, height),
    },
  };
}

function fromRaw(sharp: SharpModule, { data, width, height }: RgbPixels) {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function rgb(image: ReturnType<SharpModule>): Promise<RgbPixels> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
