/**
 * Removes what is not used any more, while others may store and use it. Nothing is removed at sight: it is put aside
 * under another name, looked at once more, and then removed or put back. Who stores or uses something in between looks
 * after that whether it is still there (see `put`, `renew`), so that one of the two notices the other. Who dies in between
 * leaves it aside, where readers find it, and the next one decides.
 */
import { rename, stat, unlink } from "node:fs/promises";
import type { Expired } from "../../ports/asset-store.ts";
import type { AssetId } from "../../run/value.ts";
import { shardOf, type Aside, type AssetFiles } from "./asset-store-files.ts";
import { exists, linked, unlessMissing } from "./asset-store-missing.ts";

/** @param before Epoch milliseconds: what was last used before then goes. */
export async function expireAssets(files: AssetFiles, before: number): Promise<Expired> {
  const removed = { grants: 0, blobs: 0, bytes: 0 };

  async function settleGrant({ file, tenant, id }: Aside): Promise<boolean> {
    const lastUse = (await unlessMissing(stat(file)))?.mtimeMs;
    const isRenewed = lastUse !== undefined && lastUse >= before;
    if (isRenewed) await linked(file, files.grant(tenant, id));
    await exists(unlink(file));
    const isGone = lastUse !== undefined && !isRenewed;
    if (isGone) removed.grants += 1;
    return isGone;
  }

  async function settleBlob({ file, id }: Aside, granted: ReadonlySet<AssetId>): Promise<void> {
    const size = (await unlessMissing(stat(file)))?.size;
    const isWanted = granted.has(id);
    if (isWanted) await linked(file, files.blob(id));
    await exists(unlink(file));
    if (size === undefined || isWanted) return;
    removed.blobs += 1;
    removed.bytes += size;
  }

  async function isExpired(file: string): Promise<boolean> {
    const lastUse = (await unlessMissing(stat(file)))?.mtimeMs;
    return lastUse !== undefined && lastUse < before;
  }

  /** @returns the ids that somebody is granted still */
  async function expireGrants(shard: string, tenants: readonly string[]): Promise<Set<AssetId>> {
    const granted = new Set<AssetId>();
    for (const tenant of tenants) {
      for await (const ids of files.idsOf(shard, tenant)) {
        const looks = ids.map(async (id) => {
          const file = files.grant(tenant, id);
          const aside = files.aside(tenant, id);
          const isGone =
            (await isExpired(file)) &&
            (await exists(rename(file, aside))) &&
            (await settleGrant({ file: aside, tenant, id }));
          if (!isGone) granted.add(id);
        });
        await Promise.all(looks);
      }
    }
    return granted;
  }

  async function expireBlobs(shard: string, granted: ReadonlySet<AssetId>): Promise<void> {
    for await (const ids of files.idsOf(shard)) {
      const putAside = ids.map(async (id): Promise<Aside[]> => {
        const blob = files.blob(id);
        const file = files.aside("", id);
        // Bytes that are newer may be those of somebody who is about to be granted them.
        const isUnwanted = !granted.has(id) && (await isExpired(blob));
        return isUnwanted && (await exists(rename(blob, file))) ? [{ file, tenant: "", id }] : [];
      });
      const asides = (await Promise.all(putAside)).flat();
      if (asides.length === 0) continue;
      const stillGranted = await grantedIn(files, shard);
      await Promise.all(asides.map((aside) => settleBlob(aside, stillGranted)));
    }
  }

  for (const aside of await files.asides()) {
    await (aside.tenant === "" ? settleBlob(aside, await grantedIn(files, shardOf(aside.id))) : settleGrant(aside));
  }
  files.removeLeftovers();
  const tenants = await files.tenants();
  for (const shard of await files.shards()) await expireBlobs(shard, await expireGrants(shard, tenants));
  return removed;
}

/** The ids of a shard that any tenant is granted now. */
async function grantedIn(files: AssetFiles, shard: string): Promise<ReadonlySet<AssetId>> {
  const granted = new Set<AssetId>();
  const look = async (): Promise<void> => {
    for (const tenant of await files.tenants()) {
      for await (const ids of files.idsOf(shard, tenant)) for (const id of ids) granted.add(id);
    }
  };
  // Both before and after: a grant that is put aside and back at this moment is not missed.
  await look();
  for (const { tenant, id } of await files.asides()) if (tenant !== "") granted.add(id);
  await look();
  return granted;
}
