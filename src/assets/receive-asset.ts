/** Takes in bytes from outside: sniffed, limited, described. */
import type { AssetStore } from "../ports/asset-store.ts";
import type { Upload } from "../tutti.ts";
import type { Asset } from "./asset.ts";
import { inspectFile } from "./inspect-file.ts";
import { safeName } from "./safe-name.ts";

const DEFAULT_LIMIT = 512 * 2 ** 20;

/** @throws TuttiError `unsupported-media`, `too-large` */
export function receiveAsset(assets: AssetStore, upload: Upload, at: Date): Promise<Asset> {
  const { tenant, bytes, limit = DEFAULT_LIMIT } = upload;
  const name = upload.name === undefined ? undefined : safeName(upload.name);
  return assets.put(bytes, {
    tenant,
    limit,
    describe: async (file, id, size) => ({
      ...(await inspectFile(file, name === undefined ? {} : { name })),
      id,
      bytes: size,
      createdAt: at.toISOString(),
      origin: { kind: "upload" },
      ...(name === undefined ? {} : { name }),
    }),
  });
}
