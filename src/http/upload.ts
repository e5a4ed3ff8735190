/** Files that come in: straight from the connection to the asset store, never into memory. */
import { PassThrough, type Readable } from "node:stream";
import type { Asset } from "../assets/asset.ts";
import { TuttiError, asTuttiError } from "../errors.ts";
import type { Context } from "./context.ts";

export interface NamedAsset {
  readonly asset: Asset;
  /** As this upload calls it; the asset may have come before under another name. */
  readonly name: string | undefined;
}

/** @throws TuttiError `too-large`, `unsupported-media`, `invalid-request` for an empty file */
export async function storeUpload(
  { tutti, maxUploadBytes }: Context,
  { tenant, bytes, name }: { readonly tenant: string; readonly bytes: Readable; readonly name: string | undefined },
): Promise<NamedAsset> {
  try {
    const asset = await tutti.upload({ tenant, bytes, name, limit: maxUploadBytes });
    if (asset.bytes === 0) throw new TuttiError("invalid-request", `The file${name ? ` ${name}` : ""} is empty.`);
    return { asset, name: name ?? asset.name };
  } catch (error) {
    throw asTuttiError(error);
  } finally {
    bytes.destroy();
  }
}

/**
 * A stream of the same bytes that may be destroyed alone. Who refuses an upload destroys what he was given; if that
 * were the connection, nobody could be told why. What is still to come is then read and dropped.
 */
export function detached(source: Readable): Readable {
  const copy = new PassThrough();
  source.pipe(copy);
  source.once("close", () => {
    if (!source.readableEnded) copy.destroy(new TuttiError("invalid-request", "The upload broke off before its end."));
  });
  copy.once("close", () => source.resume());
  // Whoever reads it hears of the fault; before anybody does, it must not end the process.
  copy.on("error", () => {});
  return copy;
}
