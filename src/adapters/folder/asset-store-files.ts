/** Where the folder asset store keeps what. Names are checked here, before any of them becomes a path. */
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { TuttiError } from "../../errors.ts";
import { assetIdSchema, type AssetId } from "../../run/value.ts";
import { namesIn, partsOf } from "./asset-store-missing.ts";

/** An upload that nobody has written to for this long has lost its process. */
const LEFTOVER_AGE_MS = 3_600_000;

/** Files that are looked at together. */
const PART = 64;

const tenantPattern = /^[a-z0-9_-]{1,64}$/;

/** A grant or bytes that were put aside, to be removed if nobody wants them back. */
export interface Aside {
  readonly file: string;
  /** Empty for bytes. */
  readonly tenant: string;
  readonly id: AssetId;
}

export interface AssetFiles {
  /** A new name for an unfinished file, on the same volume as the finished ones. */
  temporary(): string;
  /** Removes what interrupted uploads have left under such names. */
  removeLeftovers(): void;
  /** The bytes of an asset. @throws TuttiError `unknown-asset` for what is no id at all. */
  blob(id: AssetId): string;
  /**
   * What says that a tenant may use an asset, and describes it; its time of modification is its last use.
   * @throws TuttiError `unknown-asset` for what is no id at all, `invalid-request` for what is no tenant's name.
   */
  grant(tenant: string, id: AssetId): string;
  /** A new name for what is put aside; `tenant` is empty for bytes. */
  aside(tenant: string, id: AssetId): string;
  /** What is aside, from any process: all of it, or what belongs to one tenant's grant or to one asset's bytes. */
  asides(tenant?: string, id?: AssetId): Promise<Aside[]>;
  tenants(): Promise<string[]>;
  /** The shards in which there may be something. */
  shards(): Promise<ReadonlySet<string>>;
  /** Ids of a shard, in parts: of bytes, or of what the tenant is granted. */
  idsOf(shard: string, tenant?: string): AsyncIterable<readonly AssetId[]>;
}

/** A folder per first byte of the id, so that none grows too large. */
export function shardOf(id: AssetId): string {
  return id.slice(0, 2);
}

/** Creates the folder where it is missing, and removes what interrupted uploads have left in it. */
export function openAssetFiles(folder: string): AssetFiles {
  const unfinished = path.join(folder, "tmp");
  const aside = path.join(folder, "aside");
  const blobs = path.join(folder, "blobs");
  const tenants = path.join(folder, "tenants");
  for (const needed of [unfinished, aside]) mkdirSync(needed, { recursive: true, mode: 0o700 });
  removeLeftovers(unfinished);
  const tenantNames = async (): Promise<string[]> =>
    (await namesIn(tenants)).filter((name) => tenantPattern.test(name));
  return {
    temporary: () => path.join(unfinished, randomUUID()),
    removeLeftovers: () => removeLeftovers(unfinished),
    blob: (id) => path.join(blobs, ...place(id)),
    grant: (tenant, id) => `${path.join(tenants, checkedTenant(tenant), ...place(id))}.json`,
    aside: (tenant, id) => path.join(aside, `${tenant}.${id}.${randomUUID()}`),
    async asides(wantedTenant, wantedId) {
      const all = (await namesIn(aside)).map((name) => {
        const [tenant = "", id = ""] = name.split(".");
        return { file: path.join(aside, name), tenant, id };
      });
      const named = all.filter(({ tenant, id }) => isAssetId(id) && (tenant === "" || tenantPattern.test(tenant)));
      return named.filter(({ tenant, id }) => tenant === (wantedTenant ?? tenant) && id === (wantedId ?? id));
    },
    tenants: tenantNames,
    async shards() {
      const found = new Set(await namesIn(blobs));
      for (const tenant of await tenantNames()) {
        for (const shard of await namesIn(path.join(tenants, tenant))) found.add(shard);
      }
      return found;
    },
    async *idsOf(shard, tenant) {
      const [root, ending] = tenant === undefined ? [blobs, ""] : [path.join(tenants, tenant), ".json"];
      for await (const names of partsOf(path.join(root, shard), PART)) {
        yield names
          .filter((name) => name.endsWith(ending))
          .map((name) => name.slice(0, name.length - ending.length))
          .filter((id) => isAssetId(id) && shardOf(id) === shard);
      }
    },
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

function place(id: AssetId): [folder: string, file: string] {
  if (!isAssetId(id)) throw unknownAsset(id);
  return [shardOf(id), id];
}

function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    // Another process may finish with it at this moment.
    const lastWrite = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (Date.now() - lastWrite > LEFTOVER_AGE_MS) rmSync(file, { force: true });
  }
}
