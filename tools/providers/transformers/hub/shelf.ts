/** Where the models from hubs lie on the disk, and which of them are whole. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { onDisk } from "../../../../src/models/disk.ts";
import { dtypes } from "../settings.ts";
import type { ModelAt } from "./hub.ts";

/** What makes one set of files differ from another of the same model. */
export interface SetKey extends ModelAt {
  /** Which files are run. */
  readonly variant: string;
  readonly dtype: unknown;
  readonly device: string;
}

const setSchema = z.object({
  commit: z.string(),
  dtypes: z.record(z.string(), z.enum(dtypes)),
  files: z.array(z.object({ path: z.string(), bytes: z.int().min(0) })),
});
/** A set of files that was downloaded whole. */
export type PulledSet = z.infer<typeof setSchema>;

/** One folder for each commit, so that what is loaded never changes under anybody. */
export function commitFolder(modelsFolder: string, model: string, commit: string): string {
  return join(modelsFolder, "hub", model, commit);
}

export function partialsFolder(modelsFolder: string): string {
  return join(modelsFolder, ".partial");
}

/** The set, if all of its files are there at their length. Undefined where something is missing. */
export async function findSet(modelsFolder: string, key: SetKey): Promise<PulledSet | undefined> {
  const text = await readFile(setFile(modelsFolder, key), "utf8").catch(() => undefined);
  const parsed = setSchema.safeParse(text === undefined ? undefined : parseJson(text));
  if (!parsed.success) return undefined;
  const folder = commitFolder(modelsFolder, key.model, parsed.data.commit);
  const whole = await Promise.all(parsed.data.files.map(({ path, bytes }) => hasLength(join(folder, path), bytes)));
  return whole.includes(false) ? undefined : parsed.data;
}

export async function noteSet(modelsFolder: string, key: SetKey, set: PulledSet): Promise<void> {
  await replaceFile(modelsFolder, setFile(modelsFolder, key), JSON.stringify(set, undefined, 2));
}

/** Whole or not at all, also where the power is cut. @throws TuttiError as the disk's faults are told */
export async function replaceFile(modelsFolder: string, place: string, content: string | Uint8Array): Promise<void> {
  await onDisk(modelsFolder, async () => {
    const temporary = join(partialsFolder(modelsFolder), randomUUID());
    await mkdir(partialsFolder(modelsFolder), { recursive: true });
    await mkdir(join(place, ".."), { recursive: true });
    await writeFile(temporary, content, { flush: true });
    await rename(temporary, place);
  });
}

export async function hasLength(place: string, bytes: number): Promise<boolean> {
  return (await stat(place).catch(() => undefined))?.size === bytes;
}

function setFile(modelsFolder: string, { model, revision, variant, dtype, device }: SetKey): string {
  const name = createHash("sha256")
    .update(JSON.stringify([revision, variant, dtype ?? null, device]))
    .digest("hex");
  return join(modelsFolder, "hub", model, `${name.slice(0, 16)}.json`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
