/** A model whose files are on this machine, wherever they come from. */
import { readdir, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { TuttiError } from "../../../src/errors.ts";
import { sizeText } from "../../../src/models/disk.ts";
import type { PullProgress } from "../../../src/models/progress.ts";
import type { ProviderSetup } from "../../../src/registry/provider-setup.ts";
import { openHub, type HubModel } from "./hub/hub.ts";
import { pullFiles } from "./hub/pull.ts";
import { commitFolder, findSet, noteSet, type SetKey } from "./hub/shelf.ts";
import { loadLibrary } from "./library.ts";
import { readConfig, type ModelConfig } from "./model-config.ts";
import { basesAmong, planFiles, type WeightsPlan } from "./plan-files.ts";
import type { Dtype, TransformersSettings } from "./settings.ts";

/** Which files of weights a task runs. */
export interface Variant {
  /** Part of the name of the set. */
  readonly name: string;
  /** Without suffix. @default all that the model's architecture has */
  readonly basesOf?: (config: ModelConfig) => readonly string[] | undefined;
}

export interface ObtainedModel {
  /** As the settings call it. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly config: ModelConfig;
  readonly dtypes: Readonly<Record<string, Dtype>>;
}

export interface ObtainOptions {
  readonly variant: Variant;
  readonly device: "cpu" | "cuda";
  readonly signal: AbortSignal;
  /** Told once what will be downloaded, before it is. */
  readonly onAnnounce?: ((message: string) => void) | undefined;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
}

export type ModelSetup = Pick<
  ProviderSetup<TransformersSettings>,
  "settings" | "secrets" | "allowHosts" | "environment"
>;

/** All that Transformers.js reads beside the weights. */
const companions = new Set([
  "config.json",
  "generation_config.json",
  "preprocessor_config.json",
  "processor_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
]);

/** Of this process: two experts that load one model download it once. */
const underway = new Map<string, Promise<ObtainedModel>>();

/**
 * A folder of the user's first, then what was downloaded before, then the hub.
 * @throws TuttiError `expert-unavailable` where it can't be had, `unavailable` where the disk is full, `canceled`
 */
export function obtainModel(setup: ModelSetup, options: ObtainOptions): Promise<ObtainedModel> {
  const key = JSON.stringify([setup.environment.modelsFolder, keyOf(setup, options)]);
  const known = underway.get(key);
  if (known) return known;
  const obtaining = obtain(setup, options).finally(() => underway.delete(key));
  underway.set(key, obtaining);
  return obtaining;
}

/** Where the user put the model, if so. */
export async function ownFolder({ settings: { model }, environment }: ModelSetup): Promise<string | undefined> {
  const folder = isAbsolute(model) ? model : join(environment.modelsFolder, model);
  return (await stat(join(folder, "config.json")).catch(() => undefined))?.isFile() ? folder : undefined;
}

/** Whether it was downloaded before, for that device or for the other one. */
export async function wasPulled(setup: ModelSetup, variant: Variant): Promise<boolean> {
  const found = await Promise.all(
    (["cpu", "cuda"] as const).map((device) =>
      findSet(setup.environment.modelsFolder, keyOf(setup, { variant, device })),
    ),
  );
  return found.some((set) => set !== undefined);
}

function keyOf({ settings }: ModelSetup, { variant, device }: Pick<ObtainOptions, "variant" | "device">): SetKey {
  const { model, revision, dtype } = settings;
  return { model, revision, dtype, device, variant: variant.name };
}

async function obtain(setup: ModelSetup, options: ObtainOptions): Promise<ObtainedModel> {
  const { settings, environment } = setup;
  const { model, dtype } = settings;
  const { variant, device } = options;
  const own = await ownFolder(setup);
  if (own !== undefined) {
    const config = await readConfig(own, model);
    const there = (await readdir(join(own, "onnx")).catch(() => [])).map((file) => `onnx/${file}`);
    const bases = variant.basesOf?.(config) ?? (await basesOf(own));
    const { dtypes } = planFiles({ model, bases, dtype, recommended: recommended(config), device, there });
    return { name: model, folder: own, config, dtypes };
  }
  if (isAbsolute(model)) throw new TuttiError("expert-unavailable", `there is no config.json in ${model}`);
  const key = keyOf(setup, options);
  const set = await findSet(environment.modelsFolder, key);
  if (set) {
    const folder = commitFolder(environment.modelsFolder, model, set.commit);
    return { name: model, folder, config: await readConfig(folder, model), dtypes: set.dtypes };
  }
  if (environment.offline) throw new TuttiError("expert-unavailable", whyOffline(setup));
  return pull(setup, key, options);
}

export function whyOffline({ settings: { model }, environment }: ModelSetup): string {
  const place = join(environment.modelsFolder, model);
  return `${model} is not here, and TUTTI_OFFLINE forbids to download it: unset that, or put its files into ${place}`;
}

async function pull(setup: ModelSetup, key: SetKey, options: ObtainOptions): Promise<ObtainedModel> {
  const { settings, secrets, allowHosts, environment } = setup;
  const { modelsFolder, hubUrl } = environment;
  const { model, revision, dtype } = settings;
  const { variant, device, signal, onAnnounce, onProgress } = options;
  const hub = openHub({ hubUrl, allowHosts, token: secrets["token"] });
  const { commit, files } = await hub.describe({ model, revision }, signal);
  const folder = commitFolder(modelsFolder, model, commit);
  const shared = { hub, at: { model, revision: commit }, modelsFolder, folder, signal };

  const small = files.filter(({ path }) => companions.has(path));
  await pullFiles(small, shared);
  const config = await readConfig(folder, model);
  const plan = planFiles({
    model,
    bases: variant.basesOf?.(config) ?? (await basesOf(folder)),
    dtype,
    recommended: recommended(config),
    device,
    there: files.map(({ path }) => path),
  });
  const weights = files.filter(({ path }) => plan.files.includes(path));
  onAnnounce?.(announcement(model, hub.host, weights));
  await pullFiles(weights, { ...shared, onProgress });
  const lengths = [...small, ...weights].map(({ path, bytes }) => ({ path, bytes }));
  await noteSet(modelsFolder, key, { commit, dtypes: { ...plan.dtypes }, files: lengths });
  return { name: model, folder, config, dtypes: plan.dtypes };
}

function announcement(model: string, host: string, weights: HubModel["files"]): string {
  const bytes = weights.reduce((sum, file) => sum + file.bytes, 0);
  return `downloading ${model} from ${host}: ${weights.length} files, ${sizeText(bytes)}`;
}

function recommended({ "transformers.js_config": own }: ModelConfig): WeightsPlan["dtypes"] | Dtype | undefined {
  return own?.dtype;
}

/** The library knows which files an architecture has; it only looks into the folder. */
async function basesOf(folder: string): Promise<readonly string[]> {
  const { ModelRegistry } = await loadLibrary();
  return basesAmong(await ModelRegistry.get_model_files(folder, { dtype: "fp32", device: "cpu" }));
}
