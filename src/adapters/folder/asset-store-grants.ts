/** Grants of the folder asset store: who may use what, as it was described, and when it was last used. */
import { mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Asset } from "../../assets/asset.ts";
import type { AssetId } from "../../run/value.ts";
import { isAssetId, type AssetFiles } from "./asset-store-files.ts";
import { exists, linked, unlessMissing } from "./asset-store-missing.ts";

export interface Grants {
  find(tenant: string, id: AssetId): Promise<Asset | undefined>;
  /** Counts as a use; false where there is no such grant. */
  renew(tenant: string, id: AssetId): Promise<boolean>;
  /** Grants, or renews the grant that is there. @returns the description that is kept, which is the first */
  give(tenant: string, id: AssetId, asset: Asset): Promise<Asset>;
}

/** @param now Epoch milliseconds. */
export function createGrants(files: AssetFiles, now: () => number): Grants {
  async function find(tenant: string, id: AssetId): Promise<Asset | undefined> {
    if (!isAssetId(id)) return undefined;
    const file = files.grant(tenant, id);
    let json = await read(file);
    if (json !== undefined) return decode(json);
    // Somebody may be expiring it: aside it is still there, and it may be put back for a use that came just in time.
    for (const aside of await files.asides(tenant, id)) json ??= await read(aside.file);
    json ??= await read(file);
    return json === undefined ? undefined : decode(json);
  }

  async function renew(tenant: string, id: AssetId): Promise<boolean> {
    const file = files.grant(tenant, id);
    for (;;) {
      const time = now() / 1000;
      // Only of a file that is there afterwards is it sure that whoever expires it from now on will see its new time.
      if ((await exists(utimes(file, time, time))) && (await exists(stat(file)))) return true;
      if (!(await takeBack(tenant, id, file)) && !(await exists(stat(file)))) return false;
    }
  }

  async function takeBack(tenant: string, id: AssetId, file: string): Promise<boolean> {
    for (const aside of await files.asides(tenant, id)) {
      if ((await linked(aside.file, file)) !== "missing") return true;
    }
    return false;
  }

  /** A link is made whole and only once: of two first grants at the same time, one is kept, and both get that one. */
  async function create(tenant: string, id: AssetId, asset: Asset): Promise<boolean> {
    const file = files.grant(tenant, id);
    const temporary = files.temporary();
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    try {
      await writeFile(temporary, JSON.stringify(asset), { mode: 0o600, flush: true });
      const time = now() / 1000;
      await utimes(temporary, time, time);
      return (await linked(temporary, file)) === "linked";
    } finally {
      await rm(temporary, { force: true });
    }
  }

  return {
    find,
    renew,
    async give(tenant, id, asset) {
      for (;;) {
        if (await renew(tenant, id)) {
          const first = await find(tenant, id);
          if (first) return first;
        } else if (await create(tenant, id, asset)) {
          return asset;
        }
      }
    },
  };
}

function read(file: string): Promise<string | undefined> {
  return unlessMissing(readFile(file, "utf8"));
}

/** Grants appear whole or not at all, and only this file writes them. */
function decode(grant: string): Asset {
  return JSON.parse(grant);
}
