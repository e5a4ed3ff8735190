/** Takes recorded results of pure experts instead of computing them again. Whatever goes wrong here, the step goes on. */
import { createHash } from "node:crypto";
import { assetsBehind } from "../src/assets/recorded-outputs.ts";
import { TuttiError } from "../src/errors.ts";
import type { AssetStore } from "../src/ports/asset-store.ts";
import type { Outputs, ResultCache } from "../src/ports/result-cache.ts";
import type { ExpertCard } from "../src/registry/expert-card.ts";
import type { TaskSpec } from "../src/registry/task-spec.ts";
import type { ResolvedInput } from "../src/run/resolve-inputs.ts";
import { own } from "../src/run/state.ts";
import { sameType, typeOf, type Value } from "../src/run/value.ts";

export interface ReuseDependencies {
  readonly assets: AssetStore;
  /** Where recorded results are; without it, everything is computed. */
  readonly results?: ResultCache | undefined;
  /** Told what went wrong with them. */
  readonly onResultsError?: ((error: unknown) => void) | undefined;
}

export interface ReusableCall {
  readonly tenant: string;
  readonly task: TaskSpec;
  readonly expert: ExpertCard;
  readonly inputs: Readonly<Record<string, ResolvedInput>>;
}

/** Where the result of a call is recorded; undefined where it isn't, since it might be another one the next time. */
export async function resultKey(
  { assets, results, onResultsError }: ReuseDependencies,
  { tenant, task, expert, inputs }: ReusableCall,
): Promise<string | undefined> {
  if (!results || !expert.pure || expert.effects !== "none") return undefined;
  try {
    const seen = await Promise.all(
      Object.entries(inputs).map(async ([name, input]) => [name, await asSeen(assets, tenant, input)] as const),
    );
    const made = Object.entries(task.outputs).map(([name, { type }]) => [name, type] as const);
    const call = [tenant, task.id, sorted(made), expert.id, expert.version, sorted(seen)];
    return createHash("sha256").update(canonicalJson(call)).digest("hex");
  } catch (error) {
    onResultsError?.(error);
    return undefined;
  }
}

/** The recorded outputs, if all that they lean on is there still; that counts as a use of it. */
export async function recall(
  { assets, results, onResultsError }: ReuseDependencies,
  key: string,
  { tenant, task }: ReusableCall,
): Promise<Outputs | undefined> {
  try {
    const outputs = await results?.get(key);
    if (!outputs || !isWhole(task, outputs)) return undefined;
    const ids = await Promise.all(Object.values(outputs).map((value) => assetsBehind(assets, tenant, value)));
    const missing = await assets.touch(tenant, [...new Set(ids.flat())]);
    return missing.length === 0 ? outputs : undefined;
  } catch (error) {
    // A large value that has expired is a miss like others.
    if (!(error instanceof TuttiError && error.code === "unknown-asset")) onResultsError?.(error);
    return undefined;
  }
}

export async function remember(
  { results, onResultsError }: ReuseDependencies,
  key: string,
  outputs: Outputs,
): Promise<void> {
  try {
    await results?.put(key, outputs);
  } catch (error) {
    onResultsError?.(error);
  }
}

function isWhole(task: TaskSpec, outputs: Outputs): boolean {
  return Object.entries(task.outputs).every(([name, { type }]) => {
    const value = own(outputs, name);
    return value !== undefined && sameType(typeOf(value), type);
  });
}

/** As far as the expert can tell one input from another. A large value counts by its asset, which is named by its hash. */
async function asSeen(assets: AssetStore, tenant: string, input: ResolvedInput): Promise<unknown> {
  switch (input.kind) {
    case "value":
      return valueAsSeen(assets, tenant, input.value);
    case "pick":
      return { pick: input.index, from: input.from.ref };
    case "list":
      return { list: await Promise.all(input.items.map((item) => asSeen(assets, tenant, item))) };
    case "template": {
      const parts = input.parts.map(async (part) => (typeof part === "string" ? part : asSeen(assets, tenant, part)));
      return { template: await Promise.all(parts) };
    }
  }
}

async function valueAsSeen(assets: AssetStore, tenant: string, value: Value): Promise<unknown> {
  if (value.type === "spilled") return { spilled: value.ref, of: value.of };
  // Which items of a mapped node failed, and why, no expert is told.
  if (value.type === "list") {
    return { list: await Promise.all(value.items.map((item) => valueAsSeen(assets, tenant, item))) };
  }
  if (!("asset" in value)) return value;
  // Experts see how a file is called, and name what they make of it after that.
  const { name, mediaType } = (await assets.find(tenant, value.asset)) ?? {};
  return { asset: value.asset, name: value.name ?? name, mediaType };
}

function sorted<T>(entries: readonly (readonly [name: string, T])[]): (readonly [name: string, T])[] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** JSON in which the order of an object's keys, which means nothing, is always the same. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    const isObject = typeof part === "object" && part !== null && !Array.isArray(part);
    // As pairs, so that no key can be mistaken for a part of the object (`__proto__`), nor numbers be put first.
    return isObject ? { $: sorted(Object.entries(part)) } : part;
  });
}
