import { readdir } from "node:fs/promises";
import path from "node:path";
import { openFolderAssetStore } from "../../src/adapters/folder/asset-store.ts";
import type { AssetStoreHarness } from "../contracts/asset-store.contract.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A folder asset store in a new temporary folder, for the contract suite and for the process that it starts. */
export async function open(): Promise<AssetStoreHarness> {
  const { folder, remove } = await temporaryFolder();
  return {
    store: openFolderAssetStore({ folder }),
    peer: async () => openFolderAssetStore({ folder }),
    kept: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const names = entries.filter((entry) => entry.isFile()).map((file) => path.join(file.parentPath, file.name));
      return names.toSorted();
    },
    close: remove,
  };
}
