/** The models on this machine: what is there, and how it gets there. */
import { createHash } from "node:crypto";
import { mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { TuttiError } from "../errors.ts";
import { onDisk, sizeText } from "./disk.ts";
import type { Deadlines } from "./download.ts";
import { fetchFile, hashFile } from "./fetch-file.ts";
import { type LockedModel, type ModelFile, type ModelsLock, sizeOf } from "./lock-file.ts";
import { partialSize, removePartials } from "./partial-file.ts";
import { progressMeter, type PullProgress } from "./progress.ts";
import { reasonOf, SourceFault } from "./source-fault.ts";
import { openableSources, reachAny } from "./sources.ts";

export interface ModelStoreSettings {
  readonly lock: ModelsLock;
  /** Absolute; made where it is missing. */
  readonly folder: string;
  /** No network is used. */
  readonly offline: boolean;
  /** Folders in which the user keeps models, looked through first. @default none */
  readonly folders?: readonly string[] | undefined;
  /** @default "https://huggingface.co" */
  readonly hubUrl?: string | undefined;
  /** The Python package index as pip is given it. @default none */
  readonly packageIndex?: string | undefined;
  /** @default 2 s for an answer, 15 s for the next piece */
  readonly deadlines?: Deadlines;
}

export interface ReadyModel {
  readonly id: string;
  /** Of the first file, absolute: what a runtime is given. */
  readonly path: string;
  /** Of the weights. */
  readonly licence: string;
}

export interface ListedModel {
  readonly id: string;
  readonly title: string;
  readonly task: string;
  readonly licence: string;
  readonly bytes: number;
  readonly state: "present" | "partial" | "absent";
  /** Bytes on the disk. */
  readonly here: number;
  /** Undefined unless present. */
  readonly path: string | undefined;
  /** Kinds of sources, in order of preference. */
  readonly sources: readonly string[];
  /** Whether it is offered to whoever has no language model. */
  readonly starter: boolean;
}

export interface VerifiedFile {
  readonly path: string;
  readonly state: "good" | "missing" | "wrong";
}

export interface EnsureOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  /** @default the store's */
  readonly offline?: boolean | undefined;
}

export interface ModelStore {
  listModels(): Promise<readonly ListedModel[]>;
  /** The model where it is whole, by its files' lengths. Uses no network. @throws TuttiError `invalid-request` for an unknown id */
  findModel(id: string): Promise<ReadyModel | undefined>;
  /**
   * The model, downloaded where it is missing.
   * @throws TuttiError `invalid-request` for an unknown id, `unavailable` where no source serves, the disk is full or
   *   the network is forbidden, `misconfigured` where the folder can't be written to, `canceled` on abort
   */
  ensureModel(id: string, options?: EnsureOptions): Promise<ReadyModel>;
  /**
   * Where the model would come from, of the sources that answer in time; its folder where it is here.
   * @param withinMs @default 2000
   * @throws TuttiError `unavailable` where none does or the network is forbidden, with a SourceFault as its cause; `canceled` on abort
   */
  reachModel(id: string, signal?: AbortSignal, withinMs?: number): Promise<string>;
  /** Reads every byte again. */
  verifyModel(id: string, signal?: AbortSignal): Promise<readonly VerifiedFile[]>;
  /** Also what came of it so far. Resolves to the bytes that became free. */
  removeModel(id: string): Promise<number>;
}

export function createModelStore(settings: ModelStoreSettings): ModelStore {
  const { lock, folder } = settings;
  const partials = path.join(folder, ".partial");
  const placeOf = (model: LockedModel, file: ModelFile): string => path.join(folder, model.id, file.name);
  const isThere = async (model: LockedModel, file: ModelFile): Promise<boolean> =>
    (await stat(placeOf(model, file)).catch(() => undefined))?.size === file.bytes;

  function modelNamed(id: string): LockedModel {
    const model = lock.models.find((candidate) => candidate.id === id);
    if (model) return model;
    const known = lock.models.map((candidate) => candidate.id).join(", ");
    throw new TuttiError("invalid-request", `there is no model ${id}; there are ${known || "none"}`);
  }

  async function list(model: LockedModel): Promise<ListedModel> {
    const { id, title, task, licence, files, starter = false } = model;
    const lengths = files.map(async (file) =>
      (await isThere(model, file)) ? file.bytes : Math.min(await partialSize(partials, file.sha256), file.bytes - 1),
    );
    const here = (await Promise.all(lengths)).reduce((sum, length) => sum + length, 0);
    const bytes = sizeOf(model);
    const state = here === bytes ? "present" : here > 0 ? "partial" : "absent";
    const sources = [...new Set(files.flatMap((file) => file.sources.map(({ kind }) => kind)))];
    return { id, title, task, licence, bytes, state, here, path: (await findModel(id))?.path, sources, starter };
  }

  async function findModel(id: string): Promise<ReadyModel | undefined> {
    const model = modelNamed(id);
    const areThere = await Promise.all(model.files.map((file) => isThere(model, file)));
    const [first] = model.files;
    if (first === undefined || areThere.includes(false)) return undefined;
    return { id, path: placeOf(model, first), licence: model.licence };
  }

  async function ensureModel(id: string, options: EnsureOptions = {}): Promise<ReadyModel> {
    const { signal = new AbortController().signal, onProgress, offline = settings.offline } = options;
    const model = modelNamed(id);
    const found = await findModel(id);
    if (found) return found;
    await onDisk(folder, () => mkdir(partials, { recursive: true }));
    const meter = onProgress && progressMeter(sizeOf(model), onProgress);
    let before = 0;
    for (const file of model.files) {
      if (!(await isThere(model, file)))
        await pull(model, file, { signal, offline, tell: tellFrom(before, file, meter) });
      before += file.bytes;
    }
    const ready = await findModel(id);
    if (ready) return ready;
    throw new TuttiError("unavailable", `somebody removed the model ${id} while it was downloaded; try again`);
  }

  interface Pull {
    readonly signal: AbortSignal;
    readonly offline: boolean;
    readonly tell: (bytes: number) => void;
  }

  const sourceSettings = {
    folders: settings.folders ?? [],
    hubUrl: settings.hubUrl ?? "https://huggingface.co",
    packageIndex: settings.packageIndex,
    deadlines: settings.deadlines ?? { answerMs: 2000, stallMs: 15_000 },
    partials,
  };

  async function pull(model: LockedModel, file: ModelFile, { signal, offline, tell }: Pull): Promise<void> {
    const sources = openableSources(file, sourceSettings, offline, tell);
    try {
      await fetchFile(file, sources, { partials, place: placeOf(model, file), signal, onBytes: tell });
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      const byHand = `put ${file.name} (${sizeText(file.bytes)}) into ${path.join(folder, model.id)}`;
      const message = offline
        ? `the model ${model.id} is not here, and TUTTI_OFFLINE forbids to download it: unset that, or ${byHand}`
        : `the model ${model.id} can't be had from any of its sources (${reasonOf(error)}): try again later, or ${byHand}`;
      throw new TuttiError("unavailable", message, { cause: error, retryable: !offline });
    }
  }

  async function reachModel(id: string, signal = new AbortController().signal, withinMs = 2000): Promise<string> {
    const model = modelNamed(id);
    for (const file of model.files) {
      if (await isThere(model, file)) continue;
      const { folders } = sourceSettings;
      const usable = { ...file, sources: file.sources.filter(({ kind }) => kind !== "folder" || folders.length > 0) };
      const sources = openableSources(usable, sourceSettings, settings.offline, () => {});
      try {
        if (sources.length === 0 && settings.offline) throw new SourceFault("TUTTI_OFFLINE forbids downloads");
        return await reachAny(sources, withinMs, signal);
      } catch (cause) {
        if (signal.aborted) throw new TuttiError("canceled", "the model is no longer wanted", { cause });
        const message = `the model ${id} is not here and can't be had: ${reasonOf(cause)}`;
        throw new TuttiError("unavailable", message, { cause, retryable: !settings.offline });
      }
    }
    return path.join(folder, id);
  }

  return {
    reachModel,
    listModels: () => Promise.all(lock.models.map(list)),
    findModel,
    ensureModel,
    verifyModel: async (id, signal) => {
      const model = modelNamed(id);
      const results: VerifiedFile[] = [];
      for (const file of model.files) results.push(await verifyFile(placeOf(model, file), file, signal));
      return results;
    },
    removeModel: async (id) => {
      const model = modelNamed(id);
      const { here } = await list(model);
      await onDisk(folder, async () => {
        await rm(path.join(folder, id), { recursive: true, force: true });
        await Promise.all(model.files.map((file) => removePartials(partials, file.sha256)));
      });
      return here;
    },
  };
}

function tellFrom(
  before: number,
  file: ModelFile,
  meter: ((bytes: number, file: string) => void) | undefined,
): (bytes: number) => void {
  return (bytes) => meter?.(before + bytes, file.name);
}

async function verifyFile(place: string, file: ModelFile, signal?: AbortSignal): Promise<VerifiedFile> {
  const found = await stat(place).catch(() => undefined);
  if (!found) return { path: place, state: "missing" };
  const hash = createHash("sha256");
  await hashFile(place, hash, found.size, signal);
  return { path: place, state: hash.digest("hex") === file.sha256 ? "good" : "wrong" };
}
