/** The asset store of a single machine, or of several that share a volume: files in a folder. */
import { link, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Asset } from "../assets/asset.ts";
import { TuttiError } from "../errors.ts";
import type { AssetStore, ByteRange } from "../ports/asset-store.ts";
import type { AssetId } from "../run/value.ts";
import { isAssetId, openAssetFiles, unknownAsset } from "./folder-asset-store-files.ts";
import { receive } from "./folder-asset-store-receive.ts";

/** Opens the store, creating the folder where it is missing. A range outside the bytes is an `invalid-request`. */
export function openFolderAssetStore({ folder }: { readonly folder: string }): AssetStore {
  const files = openAssetFiles(path.resolve(folder));

  async function granted(tenant: string, id: AssetId): Promise<Asset | undefined> {
    if (!isAssetId(id)) return undefined;
    const json = await unlessMissing(readFile(files.grant(tenant, id), "utf8"));
    return json === undefined ? undefined : decode(json);
  }

  async function grantedBlob(tenant: string, id: AssetId): Promise<string> {
    if (!(await granted(tenant, id))) throw unknownAsset(id);
    return files.blob(id);
  }

  async function keep(temporary: string, id: AssetId, size: number): Promise<void> {
    const blob = files.blob(id);
    if ((await unlessMissing(stat(blob)))?.size === size) return;
    await makeFolderOf(blob);
    await rename(temporary, blob);
  }

  /** A link is made whole and only once: of two first grants at the same time, one is kept, and both get that one. */
  async function grant(tenant: string, id: AssetId, asset: Asset): Promise<Asset> {
    const file = files.grant(tenant, id);
    const temporary = files.temporary();
    await makeFolderOf(file);
    try {
      await writeFile(temporary, JSON.stringify(asset), { mode: 0o600, flush: true });
      await link(temporary, file);
      return asset;
    } catch (error) {
      const first = hasCode(error, "EEXIST") ? await granted(tenant, id) : undefined;
      if (first) return first;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  return {
    async put(bytes, { tenant, limit = Infinity, describe }) {
      const temporary = files.temporary();
      try {
        const { id, size } = await receive(bytes, temporary, limit);
        const known = await granted(tenant, id);
        const asset = known ?? (await describe(temporary, id, size));
        // Bytes first: a grant without bytes would be a promise that cannot be kept.
        await keep(temporary, id, size);
        return known ?? (await grant(tenant, id, asset));
      } finally {
        await rm(temporary, { force: true });
      }
    },
    find: granted,
    async read(tenant, id, range) {
      const file = await open(await grantedBlob(tenant, id));
      try {
        if (range) assertWithin(range, (await file.stat()).size);
        return file.createReadStream(range);
      } catch (error) {
        await file.close();
        throw error;
      }
    },
    async localFile(tenant, id) {
      return { path: await grantedBlob(tenant, id), release: async () => {} };
    },
    async close() {},
  };
}

async function makeFolderOf(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
}

function assertWithin({ start, end }: ByteRange, size: number): void {
  const whole = Number.isInteger(start) && Number.isInteger(end);
  if (whole && start >= 0 && start <= end && end < size) return;
  throw new TuttiError("invalid-request", `Bytes ${start} to ${end} were asked for; the asset has ${size}, from 0.`);
}

async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Grants appear whole or not at all, and only this file writes them. */
function decode(grant: string): Asset {
  return JSON.parse(grant);
}
