/** Reads a picture's header. */
import { TuttiError } from "../errors.ts";

/** Largest picture that is accepted, all frames or pages together. */
const MOST_MEGAPIXELS = 50;

/**
 * Width and height as people see the picture, in pixels, turned as its EXIF says. Reads the header only: a picture
 * that breaks off later is accepted, and one that would take gigabytes to decode is refused without doing so.
 * @throws TuttiError `too-large` above 50 megapixels, `unsupported-media` where the header can't be read
 */
export async function inspectPicture(
  file: string,
  { name, mediaType }: { readonly name: string; readonly mediaType: string },
): Promise<{ width: number; height: number }> {
  const { default: sharp } = await import("sharp");
  // The limit below counts frames, and says what to do.
  const picture = sharp(file, { limitInputPixels: false, failOn: "none" });
  const header = await picture.metadata().catch((cause: unknown) => {
    throw new TuttiError("unsupported-media", `${name} begins like ${mediaType}, but its header can't be read.`, {
      cause,
    });
  });
  const pages = header.pages ?? 1;
  const megapixels = (header.width * header.height * pages) / 1e6;
  if (megapixels > MOST_MEGAPIXELS) {
    const size = `${header.width} x ${header.height} pixels${pages > 1 ? ` x ${pages} pages` : ""}`;
    throw new TuttiError(
      "too-large",
      `${name} is ${size} (${Math.ceil(megapixels)} megapixels); at most ${MOST_MEGAPIXELS} megapixels are accepted. Scale it down.`,
    );
  }
  return { width: header.autoOrient.width, height: header.autoOrient.height };
}
