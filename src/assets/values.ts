/** Moves values between a run's state, where they are small, and the asset store, where they may be large. */
import { Readable } from "node:stream";
import { text as readText } from "node:stream/consumers";
import { TuttiError } from "../errors.ts";
import type { AssetStore } from "../ports/asset-store.ts";
import {
  formatType,
  INLINE_LIMIT,
  listLength,
  typeOf,
  valueSchema,
  type SpilledValue,
  type Value,
} from "../run/value.ts";
import type { Asset, AssetOrigin } from "./asset.ts";

/** Keeps a value inline up to the limit, and as an asset above it. */
export async function spill(assets: AssetStore, tenant: string, value: Value, origin: AssetOrigin): Promise<Value> {
  const json = JSON.stringify(value);
  if (Buffer.byteLength(json) <= INLINE_LIMIT || value.type === "spilled") return value;

  const isText = value.type === "text";
  const content = Buffer.from(isText ? value.value : json);
  const length = listLength(value);
  const asset = await assets.put(Readable.from([content]), {
    tenant,
    describe: (_file, id, bytes): Promise<Asset> =>
      Promise.resolve({
        id,
        type: isText ? "text" : "document",
        mediaType: isText ? "text/plain" : "application/json",
        bytes,
        createdAt: new Date().toISOString(),
        origin,
      }),
  });
  const spilled = { type: "spilled", of: typeOf(value), ref: asset.id, bytes: content.length } as const;
  return length === undefined ? spilled : { ...spilled, length };
}

/** Larger values would fill the memory of whoever reads them, several times over. */
const LOADED_LIMIT = 64 * 2 ** 20;

/** Reads a spilled value back. @throws TuttiError `unknown-asset`, or `too-large` for a value over 64 MiB */
export async function loadSpilled(assets: AssetStore, tenant: string, spilled: SpilledValue): Promise<Value> {
  const bytes = (await assets.find(tenant, spilled.ref))?.bytes ?? 0;
  if (bytes > LOADED_LIMIT) {
    const name = `the ${formatType(spilled.of)} ${spilled.ref.slice(0, 12)}`;
    throw new TuttiError("too-large", `${name} has ${bytes} bytes; at most ${LOADED_LIMIT} are read, so send a part`);
  }
  const content = await readText(await assets.read(tenant, spilled.ref));
  if (spilled.of === "text") return { type: "text", value: content };
  const parsed = valueSchema.safeParse(JSON.parse(content));
  if (parsed.success) return parsed.data;
  throw new TuttiError("internal", `the stored value ${spilled.ref} is not readable: ${parsed.error.message}`);
}
