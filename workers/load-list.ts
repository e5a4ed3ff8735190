/**
 * Reads the list that an item is picked from. Every item of a mapped node comes for its own, and reading the whole list
 * anew for each would take the square of the time; so the last few are remembered. What is named by its hash never
 * changes, and a tenant finds only what was read for it.
 */
import { loadSpilled } from "../src/assets/values.ts";
import type { AssetStore } from "../src/ports/asset-store.ts";
import type { SpilledValue, Value } from "../src/run/value.ts";

const REMEMBERED = 4;

const recent = new WeakMap<AssetStore, Map<string, Promise<Value>>>();

/** @throws TuttiError as `loadSpilled` */
export async function loadList(assets: AssetStore, tenant: string, list: SpilledValue): Promise<Value> {
  const lists = recent.get(assets) ?? new Map<string, Promise<Value>>();
  recent.set(assets, lists);
  const key = `${tenant}/${list.ref}`;
  const loading = lists.get(key) ?? loadSpilled(assets, tenant, list);
  lists.delete(key);
  lists.set(key, loading);
  const [oldest] = lists.keys();
  if (lists.size > REMEMBERED && oldest !== undefined) lists.delete(oldest);
  try {
    return await loading;
  } catch (error) {
    if (lists.get(key) === loading) lists.delete(key);
    throw error;
  }
}
