/** Calls built-in experts the way a worker does: one load per process, a fresh scratch folder per call. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, vi } from "vitest";
import type { Expert, InputFile, OutputFile } from "../../../tools/define-expert.ts";

const samples = fileURLToPath(new URL("../../fixtures/samples/", import.meta.url));
const mediaTypes: Record<string, string> = { ".png": "image/png", ".jpg": "image/jpeg", ".wav": "audio/wav" };

// Models load and run on whatever else the machine is doing.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const models = new Map<Expert, Promise<unknown>>();
const folders: string[] = [];

afterAll(async () => {
  await Promise.all(folders.splice(0).map(async (folder) => await rm(folder, { recursive: true, force: true })));
});

/** A folder that lives until the tests of this file are done. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-test-"));
  folders.push(folder);
  return folder;
}

/** Any file, as an expert is given it. */
export function inputFile(path: string, name = path.slice(path.lastIndexOf("/") + 1)): InputFile {
  return { path, name, mediaType: mediaTypes[extname(name)] ?? "application/octet-stream" };
}

/** One of the samples that ship with the repository, e.g. `coffee.png`. */
export function sample(name: string): InputFile {
  return inputFile(join(samples, name), name);
}

/** Loads the expert, once, and does one call. Output types are the task's: the caller says which. */
export async function runExpert<Outputs = Record<string, unknown>>(
  expert: Expert,
  inputs: Record<string, unknown>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Outputs> {
  const model = models.get(expert) ?? expert.load();
  models.set(expert, model);
  const outputs = await expert.run(await model, inputs, { signal, scratch: await makeFolder() });
  return outputs as Outputs;
}

export type { InputFile, OutputFile };
