/** The asset store of a single machine, or of several that share a volume: files in a folder. */
import { open, rm, stat } from "node:fs/promises";
import path from "node:path";
import { TuttiError } from "../../errors.ts";
import type { AssetStore, ByteRange } from "../../ports/asset-store.ts";
import type { AssetId } from "../../run/value.ts";
import { createBlobs } from "./asset-store-blobs.ts";
import { expireAssets } from "./asset-store-expire.ts";
import { isAssetId, openAssetFiles, unknownAsset } from "./asset-store-files.ts";
import { createGrants } from "./asset-store-grants.ts";
import { receive } from "./asset-store-receive.ts";

export interface FolderAssetStoreOptions {
  readonly folder: string;
  /** The clock by which uses are dated, epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** Opens the store, creating the folder where it is missing. A range outside the bytes is an `invalid-request`. */
export function openFolderAssetStore({ folder, now = Date.now }: FolderAssetStoreOptions): AssetStore {
  const files = openAssetFiles(path.resolve(folder));
  const grants = createGrants(files, now);
  const blobs = createBlobs(files);

  async function useGranted<T>(tenant: string, id: AssetId, action: (file: string) => Promise<T>): Promise<T> {
    if (!(await grants.find(tenant, id))) throw unknownAsset(id);
    return blobs.use(id, action);
  }

  async function isThere(tenant: string, id: AssetId): Promise<boolean> {
    if (!isAssetId(id) || !(await grants.renew(tenant, id))) return false;
    return blobs.use(id, stat).then(
      () => true,
      (error: unknown) => {
        if (error instanceof TuttiError) return false;
        throw error;
      },
    );
  }

  return {
    async put(bytes, { tenant, limit = Infinity, describe }) {
      const temporary = files.temporary();
      try {
        const { id, size } = await receive(bytes, temporary, limit);
        const asset = (await grants.find(tenant, id)) ?? (await describe(temporary, id, size));
        for (;;) {
          // Bytes first: a grant without bytes would be a promise that cannot be kept. And looked at again with the
          // grant in place: from then on, who expires bytes sees that they are wanted.
          await blobs.keep(temporary, id, size);
          const kept = await grants.give(tenant, id, asset);
          if (await blobs.isWhole(id, size)) return kept;
        }
      } finally {
        await rm(temporary, { force: true });
      }
    },
    find: (tenant, id) => grants.find(tenant, id),
    async read(tenant, id, range) {
      const file = await useGranted(tenant, id, (blob) => open(blob));
      try {
        if (range) assertWithin(range, (await file.stat()).size);
        return file.createReadStream(range);
      } catch (error) {
        await file.close();
        throw error;
      }
    },
    async localFile(tenant, id) {
      const file = await useGranted(tenant, id, async (blob) => {
        await stat(blob);
        return blob;
      });
      return { path: file, release: async () => {} };
    },
    async touch(tenant, ids) {
      const missing = await Promise.all(ids.map(async (id) => ((await isThere(tenant, id)) ? [] : [id])));
      return missing.flat();
    },
    expire: (before) => expireAssets(files, before),
    async close() {},
  };
}

function assertWithin({ start, end }: ByteRange, size: number): void {
  const whole = Number.isInteger(start) && Number.isInteger(end);
  if (whole && start >= 0 && start <= end && end < size) return;
  throw new TuttiError("invalid-request", `Bytes ${start} to ${end} were asked for; the asset has ${size}, from 0.`);
}
