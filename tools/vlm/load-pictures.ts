/** Brings pictures within the limits of a model. */
import { TuttiError } from "../../src/errors.ts";
import { loadSharp, openImage, type SharpModule } from "../builtin/vision/open-image.ts";
import type { InputFile } from "../define-expert.ts";
import type { VlmLimits, VlmPicture } from "./backend.ts";

/**
 * All pictures of one request, in order. Those above the limits are made smaller, never larger; the pixels of a request
 * are shared out evenly, and what a small one leaves goes to the others.
 * @throws TuttiError `bad-input` for too many, and for one that can't be decoded
 */
export async function loadPictures(
  files: readonly InputFile[],
  { pictures: most, side, pixels }: VlmLimits,
): Promise<readonly VlmPicture[]> {
  if (files.length > most) {
    throw new TuttiError("bad-input", `These are ${files.length} pictures; this model takes at most ${most} at once.`);
  }
  const sharp = await loadSharp();
  // One after the other: decoded at full size, each may take 200 MB.
  const opened: VlmPicture[] = [];
  for (const file of files) opened.push(await open(sharp, file, side));
  const shares = shareOut(
    opened.map(({ width, height }) => width * height),
    pixels,
  );
  return Promise.all(opened.map((picture, at) => shrink(sharp, picture, shares[at] ?? 0)));
}

/** Nobody gets more than asked for; what is left by the modest is shared by the others. Pure. */
export function shareOut(wanted: readonly number[], total: number): number[] {
  const shares = wanted.map(() => 0);
  const modestFirst = wanted.map((want, at) => ({ want, at })).toSorted((a, b) => a.want - b.want);
  let left = total;
  for (const [done, { want, at }] of modestFirst.entries()) {
    const share = Math.min(want, left / (wanted.length - done));
    shares[at] = share;
    left -= share;
  }
  return shares;
}

async function open(sharp: SharpModule, file: InputFile, side: number): Promise<VlmPicture> {
  const { edit, width, height } = await openImage(sharp, file);
  const flat = edit().flatten({ background: "#ffffff" }).toColourspace("srgb");
  const { data, info } = await flat
    .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new TuttiError("internal", `${file.name} has ${info.channels} channels`);
  return { width: info.width, height: info.height, rgb: data, original: { width, height }, file };
}

async function shrink(sharp: SharpModule, picture: VlmPicture, pixels: number): Promise<VlmPicture> {
  const { width, height, rgb } = picture;
  const factor = Math.sqrt(pixels / (width * height));
  if (factor >= 1) return picture;
  const size = { width: Math.max(1, Math.floor(width * factor)), height: Math.max(1, Math.floor(height * factor)) };
  const small = sharp(rgb, { raw: { width, height, channels: 3 } }).resize({ ...size, fit: "fill" });
  return { ...picture, ...size, rgb: await small.raw({ depth: "uchar" }).toBuffer() };
}
