import type { Context } from "./context.ts";
import { assetUrl } from "./links.ts";
import type { AssetInfo } from "./schemas-catalogue.ts";
import type { NamedAsset } from "./upload.ts";

/** Shows what is known of an asset, under the name that the asker gave it. */
export function viewAsset(context: Pick<Context, "publicUrl">, { asset, name }: NamedAsset): AssetInfo {
  return { ...asset, ...(name !== undefined && { name }), url: assetUrl(context, asset.id) };
}
