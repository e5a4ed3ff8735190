/** A picture as a language model is shown it: small, upright, and without anything but its pixels. */
import { TuttiError } from "../errors.ts";
import type { AssetStore } from "../ports/asset-store.ts";
import type { AssetId } from "../run/value.ts";

/** Pixels. Enough to tell what is to be seen; models count their tokens by size. */
const LONGEST_SIDE = 512;
const QUALITY = 80;

/** As many as an uploaded picture may have. */
const MOST_PIXELS = 50_000_000;
const MOST_SECONDS = 10;

/**
 * A JPEG of at most 512 x 512 pixels, of an animation the first frame; smaller pictures keep their size.
 * @throws TuttiError `unknown-asset`, `unsupported-media` where it can't be decoded, or what `signal` was aborted with
 */
export async function smallPicture(
  assets: AssetStore,
  tenant: string,
  id: AssetId,
  signal: AbortSignal,
): Promise<{ readonly mediaType: string; readonly bytes: Uint8Array }> {
  const { default: sharp } = await import("sharp");
  const file = await assets.localFile(tenant, id);
  try {
    signal.throwIfAborted();
    // A picture that breaks off later is accepted, so that it is shown as far as it goes.
    const picture = sharp(file.path, { limitInputPixels: MOST_PIXELS, failOn: "none", sequentialRead: true })
      .autoOrient()
      .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: "inside", withoutEnlargement: true })
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .jpeg({ quality: QUALITY })
      .timeout({ seconds: MOST_SECONDS });
    const bytes = await picture.toBuffer().catch((cause: unknown) => {
      // Its reason may name a path of this machine.
      throw new TuttiError("unsupported-media", "the picture can't be decoded", { cause });
    });
    signal.throwIfAborted();
    return { mediaType: "image/jpeg", bytes };
  } finally {
    await file.release();
  }
}
