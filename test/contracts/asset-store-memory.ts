/**
 * Run by the contract suite in a process of its own, so that only the store's memory is measured: stores and reads
 * back so many MiB, and prints by how much the process had grown at most. Arguments: the store's module, MiB.
 */
import { Readable } from "node:stream";
import type { Asset } from "../../src/assets/asset.ts";
import type { AssetStoreHarness } from "./asset-store.contract.ts";

const [module = "", mebibytes = ""] = process.argv.slice(2);
const size = Number(mebibytes) * 2 ** 20;
const { open }: { open: () => Promise<AssetStoreHarness> } = await import(module);
const harness = await open();
const { store } = harness;

const describe = async (_file: string, id: string, bytes: number): Promise<Asset> => {
  const origin = { kind: "upload" } as const;
  return {
    id,
    type: "document",
    mediaType: "application/octet-stream",
    bytes,
    createdAt: "2026-01-01T00:00:00Z",
    origin,
  };
};

const piece = Buffer.alloc(2 ** 16, "tutti");
function* pieces(total: number): Generator<Buffer> {
  for (let sent = 0; sent < total; sent += piece.length) yield piece;
}

// Once with little, so that what is only loaded on first use is not counted.
await store.put(Readable.from(pieces(2 ** 20)), { tenant: "default", describe });
const before = process.memoryUsage().rss;
let most = before;
const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
const { id } = await store.put(Readable.from(pieces(size)), { tenant: "default", describe });
let bytes = 0;
for await (const chunk of await store.read("default", id)) bytes += chunk.length;
clearInterval(watch);
console.log(JSON.stringify({ bytes, grownMiB: Math.round((most - before) / 2 ** 20) }));
await harness.close();
