/** Names the colours of a picture by the basic colour terms (Berlin and Kay, 1969), compared in CIELAB. */

export type ColourName =
  | "black"
  | "white"
  | "grey"
  | "red"
  | "orange"
  | "brown"
  | "yellow"
  | "green"
  | "blue"
  | "purple"
  | "pink";

type Rgb = readonly [red: number, green: number, blue: number];
type Lab = readonly [lightness: number, a: number, b: number];

/** Examples of each term, 0..255; a pixel gets the term of the nearest. */
const examples: Readonly<Record<ColourName, readonly Rgb[]>> = {
  black: [
    [0, 0, 0],
    [28, 26, 26],
    [16, 18, 28],
    [32, 24, 18],
  ],
  white: [
    [255, 255, 255],
    [240, 240, 236],
    [246, 240, 226],
  ],
  grey: [
    [70, 70, 72],
    [110, 110, 110],
    [150, 150, 150],
    [190, 190, 190],
    [165, 160, 150],
    [140, 145, 155],
  ],
  red: [
    [220, 20, 30],
    [170, 20, 20],
    [125, 15, 20],
    [215, 65, 60],
  ],
  orange: [
    [255, 140, 0],
    [235, 105, 25],
    [250, 165, 70],
    [225, 110, 50],
  ],
  brown: [
    [120, 72, 36],
    [85, 52, 30],
    [150, 100, 60],
    [175, 130, 90],
    [58, 38, 26],
    [140, 65, 30],
    [195, 155, 115],
  ],
  yellow: [
    [255, 230, 0],
    [250, 240, 120],
    [225, 190, 40],
    [245, 225, 160],
  ],
  green: [
    [0, 160, 60],
    [60, 120, 40],
    [120, 190, 80],
    [30, 70, 35],
    [95, 110, 60],
    [150, 175, 120],
    [0, 110, 90],
  ],
  blue: [
    [20, 70, 200],
    [60, 130, 220],
    [135, 195, 240],
    [20, 35, 90],
    [0, 120, 160],
    [70, 100, 140],
    [15, 25, 55],
  ],
  purple: [
    [120, 40, 150],
    [80, 40, 100],
    [160, 110, 200],
    [150, 60, 150],
  ],
  pink: [
    [255, 150, 180],
    [245, 190, 200],
    [230, 90, 150],
    [215, 140, 150],
  ],
};

const prototypes = Object.entries(examples).flatMap(([name, colours]) =>
  // Object.entries widens the keys of a record that is spelt out right above.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  colours.map((colour) => ({ name: name as ColourName, lab: toLab(colour) })),
);

export function nameColour(colour: Rgb): ColourName {
  const lab = toLab(colour);
  let best: ColourName = "grey";
  let nearest = Infinity;
  for (const prototype of prototypes) {
    const distance = Math.hypot(...prototype.lab.map((value, index) => value - (lab[index] ?? 0)));
    if (distance < nearest) [best, nearest] = [prototype.name, distance];
  }
  return best;
}

export interface ColourSummary {
  /** Colours that cover at least a sixth of the picture, most first, three at most. */
  readonly main: readonly ColourName[];
  /** CIELAB, 0..100. */
  readonly meanLightness: number;
  /** Hardly any colour anywhere. */
  readonly monochrome: boolean;
}

const MAIN_SHARE = 1 / 6;
const MAIN_COUNT = 3;
/** Chroma from which a pixel is seen to have a colour, and the share of such pixels that a grey picture may have. */
const COLOURFUL = 10;
const STRAY = 0.005;

/** @param pixels RGB, 3 bytes each; a thumbnail is enough */
export function summariseColours(pixels: Uint8Array): ColourSummary {
  const counts = new Map<ColourName, number>();
  const total = pixels.length / 3;
  let [lightness, colourful] = [0, 0];
  for (let index = 0; index + 2 < pixels.length; index += 3) {
    const colour: Rgb = [pixels[index] ?? 0, pixels[index + 1] ?? 0, pixels[index + 2] ?? 0];
    const name = nameColour(colour);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const [l, a, b] = toLab(colour);
    lightness += l;
    if (Math.hypot(a, b) > COLOURFUL) colourful += 1;
  }
  const main = [...counts]
    .filter(([, count]) => count / total >= MAIN_SHARE)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MAIN_COUNT)
    .map(([name]) => name);
  return { main, meanLightness: lightness / total, monochrome: colourful / total < STRAY };
}

/** sRGB to CIELAB, D65 (CIE, 1976). */
export function toLab([red, green, blue]: Rgb): Lab {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const x = curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = curve(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = curve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function linear(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function curve(value: number): number {
  return value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27 / 116) * value + 16 / 116;
}
