import type { Readable } from "node:stream";
import type { Asset } from "../assets/asset.ts";
import type { AssetId } from "../run/value.ts";

export interface ByteRange {
  /** First byte, from 0. */
  readonly start: number;
  /** Last byte, included. */
  readonly end: number;
}

/** A local file of an asset's bytes; call `release` when done, in case it was fetched for you. Never write to it. */
export interface LocalFile {
  readonly path: string;
  readonly release: () => Promise<void>;
}

/** What an expiry removed. */
export interface Expired {
  readonly grants: number;
  readonly blobs: number;
  /** Of the blobs. */
  readonly bytes: number;
}

/**
 * Keeps bytes by the hash of their content. Bytes are shared among tenants; access is a grant of (tenant, id):
 * every method answers for a tenant without a grant exactly as for an id that does not exist.
 */
export interface AssetStore {
  /**
   * Stores a stream of bytes, hashing as it goes, and grants it to the tenant. Storing the same bytes again is no
   * fault: the first description is kept, and it counts as a use.
   * @throws TuttiError `too-large` above `limit` bytes; nothing is kept then, nor when the stream breaks.
   */
  put(
    bytes: Readable,
    options: {
      readonly tenant: string;
      readonly limit?: number;
      /** Describes the bytes once they are on local disk; may refuse them by throwing. */
      readonly describe: (file: string, id: AssetId, bytes: number) => Promise<Asset>;
    },
  ): Promise<Asset>;
  find(tenant: string, id: AssetId): Promise<Asset | undefined>;
  /** @throws TuttiError `unknown-asset` */
  read(tenant: string, id: AssetId, range?: ByteRange): Promise<Readable>;
  /** @throws TuttiError `unknown-asset` */
  localFile(tenant: string, id: AssetId): Promise<LocalFile>;
  /** Counts as a use of these assets. @returns those of them that the tenant doesn't have (any more) */
  touch(tenant: string, ids: readonly AssetId[]): Promise<readonly AssetId[]>;
  /**
   * Removes the grants whose last use, `put` or `touch`, lies before then (epoch milliseconds), and bytes that nobody is
   * granted any more. What is being read is read to its end. Several processes may do this at once, and store meanwhile.
   */
  expire(before: number): Promise<Expired>;
  close(): Promise<void>;
}
