/** Assets: immutable bytes, named by the SHA-256 of their content. */
import type { AssetId, AssetType } from "../run/value.ts";

/** Where an asset came from. */
export type AssetOrigin =
  | { readonly kind: "upload" }
  | { readonly kind: "node"; readonly runId: string; readonly nodeId: string; readonly output: string };

export interface Asset {
  readonly id: AssetId;
  /** `text` assets are spilled text values; the rest are handles. */
  readonly type: AssetType | "text";
  readonly mediaType: string;
  readonly bytes: number;
  readonly name?: string;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Milliseconds. */
  readonly durationMs?: number;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly origin: AssetOrigin;
}
