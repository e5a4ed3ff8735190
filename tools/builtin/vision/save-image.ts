/** How every image operation hands back its picture. */
import { join, parse } from "node:path";
import type { Sharp } from "sharp";
import type { ExpertContext, OutputFile } from "../../define-expert.ts";
import type { Picture } from "./open-image.ts";

/** Whether the result is written in a format that can be transparent. */
export function keepsAlpha({ mediaType }: Picture): boolean {
  return mediaType !== "image/jpeg";
}

/** JPEG for a JPEG, PNG for anything else; named after the source: `coffee.png` -> `coffee-blurred.png`. */
export async function saveImage(
  image: Sharp,
  source: Picture,
  suffix: string,
  { scratch }: ExpertContext,
): Promise<OutputFile> {
  const jpeg = !keepsAlpha(source);
  const name = `${parse(source.name).name || "picture"}-${suffix}.${jpeg ? "jpg" : "png"}`;
  // The scratch folder holds one picture, so that a name with odd characters never becomes a path.
  const path = join(scratch, jpeg ? "result.jpg" : "result.png");
  await (jpeg ? image.jpeg({ quality: 90 }) : image.png()).toFile(path);
  return { path, mediaType: jpeg ? "image/jpeg" : "image/png", name };
}
