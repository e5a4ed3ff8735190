/** How every vision expert reads a picture: upright, 8-bit sRGB, within limits, with errors that say what is wrong. */
import type { Metadata, Sharp } from "sharp";
import { TuttiError } from "../../../src/errors.ts";
import type { InputFile } from "../../define-expert.ts";

/** Pixels of the largest picture that is decoded. Larger ones are refused by their header. */
const PIXEL_LIMIT = 50_000_000;

/** Raster formats only: an SVG is a program that may name other files. */
const formats: ReadonlySet<string> = new Set(["jpeg", "png", "webp", "gif", "tiff", "heif"]);

export type SharpModule = (typeof import("sharp"))["default"];

export interface Picture {
  readonly name: string;
  readonly mediaType: string;
  /** Pixels of the upright picture. */
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  /** Starts a pipeline on the decoded pixels (RGB or RGBA). */
  readonly edit: () => Sharp;
}

export async function loadSharp(): Promise<SharpModule> {
  const { default: sharp } = await import("sharp");
  return sharp;
}

/**
 * Decodes a picture (of an animation: the first frame) and turns it upright by its EXIF orientation.
 * @throws TuttiError `bad-input` where it is too large, of another kind, truncated or damaged.
 */
export async function openImage(sharp: SharpModule, file: InputFile): Promise<Picture> {
  checkHeader(file, await decoding(file, sharp(file.path, { limitInputPixels: false }).metadata()));
  const decoder = sharp(file.path, { failOn: "error", limitInputPixels: PIXEL_LIMIT });
  const upright = decoder.autoOrient().toColourspace("srgb");
  const { data, info } = await decoding(file, upright.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true }));
  const { width, height, channels } = info;
  return {
    name: file.name,
    mediaType: file.mediaType,
    width,
    height,
    hasAlpha: channels === 2 || channels === 4,
    edit: () => sharp(data, { raw: { width, height, channels } }),
  };
}

function checkHeader(file: InputFile, { format, width, height }: Metadata): void {
  if (!formats.has(format)) {
    throw new TuttiError("bad-input", `${file.name} is ${format}; send a JPEG, PNG, WebP, GIF, TIFF or AVIF picture.`);
  }
  if (width * height > PIXEL_LIMIT) {
    const megapixels = Math.round((width * height) / 1e6);
    throw new TuttiError(
      "bad-input",
      `${file.name} has ${megapixels} megapixels; at most ${PIXEL_LIMIT / 1e6} are read. Send a smaller copy.`,
    );
  }
}

async function decoding<T>(file: InputFile, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    const reason = thrown instanceof Error ? (thrown.message.trim().split("\n").at(-1) ?? "") : String(thrown);
    // Not the picture's fault, and the message names a path of this machine.
    if (reason.startsWith("Input file is missing")) throw thrown;
    throw new TuttiError("bad-input", `${file.name} can't be decoded: ${reason}`, { cause: thrown });
  }
}
