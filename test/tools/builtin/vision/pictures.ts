/** Pictures made for a test, and pixels of pictures that experts made. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import type { InputFile } from "../../../../tools/define-expert.ts";
import { inputFile, makeFolder } from "../run-expert.ts";

export async function pictureFile(name: string, content: Sharp | Uint8Array): Promise<InputFile> {
  const path = join(await makeFolder(), name);
  await writeFile(path, content instanceof Uint8Array ? content : await content.toBuffer());
  return inputFile(path);
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly at: (x: number, y: number) => number[];
}

export async function pixelsOf(file: { readonly path: string }): Promise<Pixels> {
  const { data, info } = await sharp(file.path).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return {
    width,
    height,
    channels,
    at: (x, y) => [...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels)],
  };
}

/** How much the green channel varies within a rectangle (standard deviation). */
export async function variation(
  file: { readonly path: string },
  region: { left: number; top: number; width: number; height: number },
): Promise<number> {
  const part = await sharp(file.path).removeAlpha().extract(region).png().toBuffer();
  const { channels } = await sharp(part).stats();
  return channels[1]?.stdev ?? 0;
}
