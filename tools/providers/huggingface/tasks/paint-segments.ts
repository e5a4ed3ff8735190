/** The segments of a picture, painted over it. */
import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import { loadSharp, openImage, type SharpModule } from "../../../builtin/vision/open-image.ts";
import { saveImage } from "../../../builtin/vision/save-image.ts";
import type { ExpertContext, InputFile, OutputFile } from "../../../define-expert.ts";
import { decodeBase64 } from "../../values/base64.ts";
import { parse } from "../../values/decode-data.ts";

/** A PNG each, white where the segment is. */
const segmentsSchema = z.array(z.object({ label: z.string(), mask: z.string() }));

const MAX_SEGMENTS = 200;
/** Of the colour; the rest is the picture. */
const SHARE = 0.55;
/** Neighbours in number are far apart in hue (the golden angle). */
const HUE_STEP = 137.508;

/** @throws TuttiError `expert-failed` for masks that are none */
export async function paintSegments(image: InputFile, found: unknown, context: ExpertContext): Promise<OutputFile> {
  const segments = parse(segmentsSchema, found, "the answer");
  if (segments.length > MAX_SEGMENTS) {
    throw new TuttiError("expert-failed", `the answer holds ${segments.length} segments, above ${MAX_SEGMENTS}`);
  }
  const sharp = await loadSharp();
  const picture = await openImage(sharp, image);
  const { width, height } = picture;
  const pixels = await picture.edit().flatten({ background: "#ffffff" }).raw({ depth: "uchar" }).toBuffer();
  for (const [index, { mask }] of segments.entries()) {
    context.signal.throwIfAborted();
    const covered = await decodeMask(sharp, mask, { width, height });
    paint(pixels, covered, colourOf(index));
  }
  return saveImage(sharp(pixels, { raw: { width, height, channels: 3 } }), picture, "segments", context);
}

async function decodeMask(
  sharp: SharpModule,
  mask: string,
  size: { readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const bytes = decodeBase64(mask, "a mask");
  try {
    return await sharp(bytes, { limitInputPixels: 50_000_000 })
      .resize({ ...size, fit: "fill", kernel: "nearest" })
      .removeAlpha()
      .extractChannel(0)
      .raw({ depth: "uchar" })
      .toBuffer();
  } catch (cause) {
    throw new TuttiError("expert-failed", "a mask in the answer is no picture", { cause });
  }
}

function paint(pixels: Uint8Array, covered: Uint8Array, colour: readonly number[]): void {
  for (let at = 0; at < covered.length; at++) {
    if ((covered[at] ?? 0) < 128) continue;
    for (let channel = 0; channel < 3; channel++) {
      const place = at * 3 + channel;
      pixels[place] = Math.round((1 - SHARE) * (pixels[place] ?? 0) + SHARE * (colour[channel] ?? 0));
    }
  }
}

/** Full colours, by hue. */
function colourOf(index: number): number[] {
  const hue = (index * HUE_STEP) % 360;
  return [0, 240, 120].map((shift) => {
    const distance = Math.abs(((((hue + shift) % 360) + 360) % 360) - 180);
    return Math.round(255 * Math.min(1, Math.max(0, distance / 60 - 1)));
  });
}
