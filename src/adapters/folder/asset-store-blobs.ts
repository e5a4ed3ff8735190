/** Bytes of the folder asset store: whole under their name, or not there. */
import { link, mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { AssetId } from "../../run/value.ts";
import { unknownAsset, type AssetFiles } from "./asset-store-files.ts";
import { linked, unlessMissing } from "./asset-store-missing.ts";

export interface Blobs {
  /** Makes the bytes of `temporary`, which stays, the asset's, if they are not there already. */
  keep(temporary: string, id: AssetId, size: number): Promise<void>;
  isWhole(id: AssetId, size: number): Promise<boolean>;
  /** Does something with the file of the bytes. @throws TuttiError `unknown-asset` where they are gone */
  use<T>(id: AssetId, action: (file: string) => Promise<T>): Promise<T>;
}

/** Times that bytes may be put aside while somebody wants to use them: more often than there are processes to do so. */
const TRIES = 10;

export function createBlobs(files: AssetFiles): Blobs {
  async function isWhole(id: AssetId, size: number): Promise<boolean> {
    return (await unlessMissing(stat(files.blob(id))))?.size === size;
  }

  return {
    isWhole,
    async keep(temporary, id, size) {
      if (await isWhole(id, size)) return;
      const blob = files.blob(id);
      const second = files.temporary();
      await mkdir(path.dirname(blob), { recursive: true, mode: 0o700 });
      try {
        // Not a link to the final name: that would not replace bytes that were cut short.
        await link(temporary, second);
        await rename(second, blob);
      } finally {
        await rm(second, { force: true });
      }
    },
    async use(id, action) {
      const blob = files.blob(id);
      for (let tries = 0; tries < TRIES; tries++) {
        const result = await unlessMissing(action(blob).then((value) => ({ value })));
        if (result) return result.value;
        // Somebody thought that nobody was granted them, or died while finding out.
        for (const aside of await files.asides("", id)) await linked(aside.file, blob);
      }
      throw unknownAsset(id);
    },
  };
}
