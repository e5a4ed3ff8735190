/** Assets in memory, with just enough sniffing to tell kinds apart. */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Asset } from "../../src/assets/asset.ts";
import { TuttiError } from "../../src/errors.ts";
import type { Tutti } from "../../src/tutti.ts";

const kinds: readonly (readonly [string, Asset["type"], string])[] = [
  ["\x89PNG", "image", "image/png"],
  ["RIFF", "audio", "audio/wav"],
  ["\x1aE", "video", "video/webm"],
  ["%PDF", "document", "application/pdf"],
];

export const png = Buffer.from("\x89PNG\r\n\x1a\n and then some", "latin1");
export const wav = Buffer.from("RIFF....WAVE", "latin1");

export interface MemoryAssets extends Pick<Tutti, "upload" | "asset" | "readAsset"> {
  /** Puts something there that was not uploaded. */
  add(bytes: Buffer, description?: Partial<Asset>): Asset;
}

export function memoryAssets(): MemoryAssets {
  const stored = new Map<string, { readonly asset: Asset; readonly bytes: Buffer }>();

  function add(bytes: Buffer, description: Partial<Asset> = {}): Asset {
    const id = createHash("sha256").update(bytes).digest("hex");
    const [, type = "document", mediaType = "text/plain"] =
      kinds.find(([signature]) => bytes.toString("latin1", 0, 64).startsWith(signature)) ?? [];
    const asset: Asset = {
      id,
      type,
      mediaType,
      bytes: bytes.length,
      createdAt: "2026-01-02T03:04:05.000Z",
      origin: { kind: "upload" },
      ...description,
    };
    stored.set(id, { asset, bytes });
    return asset;
  }

  function find(id: string): { readonly asset: Asset; readonly bytes: Buffer } {
    const found = stored.get(id);
    if (!found) throw new TuttiError("unknown-asset", `there is no asset ${id}`);
    return found;
  }

  return {
    add,
    async upload({ bytes, name, limit = Infinity }) {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of bytes) {
        chunks.push(Buffer.from(chunk));
        size += chunk.length;
        if (size > limit) throw new TuttiError("too-large", `more than ${limit} bytes`);
      }
      return add(Buffer.concat(chunks), name === undefined ? {} : { name });
    },
    asset: async (_tenant, id) => find(id).asset,
    async readAsset(_tenant, id, range) {
      const { bytes } = find(id);
      return Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes]);
    },
  };
}
