/** Turns the resolved inputs of a node into what an expert's function takes. */
import { loadSpilled } from "../src/assets/values.ts";
import { TuttiError } from "../src/errors.ts";
import type { AssetStore } from "../src/ports/asset-store.ts";
import type { ResolvedInput } from "../src/run/resolve-inputs.ts";
import { listLength, type AssetValue, type Value } from "../src/run/value.ts";
import type { InputFile } from "../tools/define-expert.ts";
import { loadList } from "./load-list.ts";

export interface LoadedInputs {
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Gives back what was fetched for the call. */
  readonly release: () => Promise<void>;
}

/** @throws TuttiError `unknown-asset`, or `bad-input` for a template over something that can't be written as text */
export async function loadInputs(
  assets: AssetStore,
  tenant: string,
  resolved: Readonly<Record<string, ResolvedInput>>,
): Promise<LoadedInputs> {
  const releases: (() => Promise<void>)[] = [];
  let released = false;
  const release = async (): Promise<void> => {
    released = true;
    await Promise.all(releases.map((done) => done()));
  };

  async function load(input: ResolvedInput): Promise<unknown> {
    switch (input.kind) {
      case "value":
        return nativeOf(input.value);
      case "pick": {
        const list = await loadList(assets, tenant, input.from);
        const item = list.type === "list" ? list.items[input.index] : undefined;
        if (!item) throw new TuttiError("bad-input", `item ${input.index} of ${listLength(list) ?? 0} is not there`);
        return nativeOf(item);
      }
      case "list":
        return Promise.all(input.items.map(load));
      case "template":
        return (await Promise.all(input.parts.map(loadPart))).join("");
    }
  }

  async function loadPart(part: string | ResolvedInput): Promise<string> {
    const value = typeof part === "string" ? part : await load(part);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
    throw new TuttiError("bad-input", "a template takes only texts, numbers and booleans");
  }

  async function nativeOf(value: Value): Promise<unknown> {
    if (value.type === "spilled") return nativeOf(await loadSpilled(assets, tenant, value));
    if (value.type === "list") return Promise.all(value.items.map(nativeOf));
    return "asset" in value ? fileOf(value) : value.value;
  }

  async function fileOf({ asset: id, name }: AssetValue): Promise<InputFile> {
    const asset = await assets.find(tenant, id);
    const file = await assets.localFile(tenant, id);
    // What comes in after another input has failed is not waited for by anybody.
    if (released) await file.release();
    else releases.push(file.release);
    return {
      path: file.path,
      mediaType: asset?.mediaType ?? "application/octet-stream",
      name: name ?? asset?.name ?? id.slice(0, 12),
    };
  }

  try {
    const entries = await Promise.all(
      Object.entries(resolved).map(async ([name, input]) => [name, await load(input)] as const),
    );
    return { inputs: Object.fromEntries(entries), release };
  } catch (error) {
    await release();
    throw error;
  }
}
