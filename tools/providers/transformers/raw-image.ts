/** Pictures from files to what the library takes, and back. */
import type { RawImage } from "@huggingface/transformers";
import { join, parse } from "node:path";
import { loadSharp, openImage } from "../../builtin/vision/open-image.ts";
import type { InputFile, OutputFile } from "../../define-expert.ts";
import type { Library } from "./library.ts";

/** Upright, without transparency. @throws TuttiError `bad-input` where it can't be decoded */
export async function readImage({ RawImage: Image }: Library, file: InputFile): Promise<RawImage> {
  const picture = await openImage(await loadSharp(), file);
  const flat = picture.edit().flatten({ background: "#ffffff" }).toColourspace("srgb");
  const { data, info } = await flat.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return new Image(new Uint8ClampedArray(data), info.width, info.height, info.channels);
}

/** As PNG. @param suffix `depth` makes `street-depth.png` of `street.jpg` */
export async function saveImage(
  { data, width, height, channels }: Pick<RawImage, "data" | "width" | "height" | "channels">,
  { name }: Pick<InputFile, "name">,
  suffix: string,
  scratch: string,
): Promise<OutputFile> {
  const sharp = await loadSharp();
  const path = join(scratch, "result.png");
  await sharp(data, { raw: { width, height, channels } }).png().toFile(path);
  return { path, mediaType: "image/png", name: `${parse(name).name || "picture"}-${suffix}.png` };
}
