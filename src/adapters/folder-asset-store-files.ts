/** Where the folder asset store keeps what. Names are checked here, before any of them becomes a path. */
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { TuttiError } from "../errors.ts";
import { assetIdSchema, type AssetId } from "../run/value.ts";

/** An upload that nobody has written to for this long has lost its process. */
const LEFTOVER_AGE_MS = 3_600_000;

const tenantPattern = /^[a-z0-9_-]{1,64}$/;

export interface AssetFiles {
  /** A new name for an unfinished file, on the same volume as the finished ones. */
  temporary(): string;
  /** The bytes of an asset. @throws TuttiError `unknown-asset` for what is no id at all. */
  blob(id: AssetId): string;
  /**
   * What says that a tenant may use an asset, and describes it.
   * @throws TuttiError `unknown-asset` for what is no id at all, `invalid-request` for what is no tenant's name.
   */
  grant(tenant: string, id: AssetId): string;
}

/** Creates the folder where it is missing, and removes what interrupted uploads have left in it. */
export function openAssetFiles(folder: string): AssetFiles {
  const unfinished = path.join(folder, "tmp");
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  removeLeftovers(unfinished);
  return {
    temporary: () => path.join(unfinished, randomUUID()),
    blob: (id) => path.join(folder, "blobs", ...shard(id)),
    grant: (tenant, id) => `${path.join(folder, "tenants", checkedTenant(tenant), ...shard(id))}.json`,
  };
}

function checkedTenant(tenant: string): string {
  if (tenantPattern.test(tenant)) return tenant;
  throw new TuttiError("invalid-request", "A tenant's name is 1 to 64 of a-z 0-9 _ -");
}

/** The one answer for an id that nobody stored, that another tenant stored, and that is no id. */
export function unknownAsset(id: string): TuttiError {
  return new TuttiError(
    "unknown-asset",
    `There is no asset ${JSON.stringify(id.slice(0, 64))}. Store its bytes first.`,
  );
}

export function isAssetId(id: string): boolean {
  return assetIdSchema.safeParse(id).success;
}

/** A folder per first byte of the id, so that none grows too large. */
function shard(id: AssetId): [folder: string, file: string] {
  if (!isAssetId(id)) throw unknownAsset(id);
  return [id.slice(0, 2), id];
}

function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    // Another process may finish with it at this moment.
    const lastWrite = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (Date.now() - lastWrite > LEFTOVER_AGE_MS) rmSync(file, { force: true });
  }
}
