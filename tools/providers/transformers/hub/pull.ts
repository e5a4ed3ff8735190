/** Brings files of a model from a hub: what is there stays, what was begun is gone on with, and every byte is checked. */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { TuttiError } from "../../../../src/errors.ts";
import { onDisk } from "../../../../src/models/disk.ts";
import { fetchFile } from "../../../../src/models/fetch-file.ts";
import { progressMeter, type PullProgress } from "../../../../src/models/progress.ts";
import { reasonOf, SourceFault } from "../../../../src/models/source-fault.ts";
import { UNTOLD, type Hub, type HubFile, type ModelAt } from "./hub.ts";
import { hasLength, partialsFolder, replaceFile } from "./shelf.ts";

export interface PullOptions {
  readonly hub: Hub;
  /** At its commit. */
  readonly at: ModelAt;
  readonly modelsFolder: string;
  /** Where the files go. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
}

/** Git keeps only small files itself. */
const MAX_SMALL = 64 * 2 ** 20;

/**
 * All of the files, or an error that says why not; then what came is kept for the next try.
 * @throws TuttiError `expert-unavailable` where the hub does not give them, `unavailable` where the disk is full, `canceled`
 */
export async function pullFiles(files: readonly HubFile[], options: PullOptions): Promise<void> {
  const { modelsFolder, folder, onProgress, hub, at } = options;
  await onDisk(modelsFolder, () => mkdir(partialsFolder(modelsFolder), { recursive: true }));
  const missing = await filterAsync(files, async ({ path, bytes }) => !(await hasLength(join(folder, path), bytes)));
  const total = sum(files);
  const meter = onProgress && progressMeter(total, onProgress);
  let before = total - sum(missing);
  for (const file of missing) {
    const start = before;
    const tell = (bytes: number): void => meter?.(start + bytes, file.path);
    try {
      await (file.sha256 === undefined ? pullSmall(file, options, tell) : pullLarge(file, file.sha256, options, tell));
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      const message = `${file.path} of ${at.model} can't be had from ${hub.host}: ${reasonOf(error)}; what came so far is kept`;
      throw new TuttiError("expert-unavailable", message, { cause: error, retryable: true });
    }
    before += file.bytes;
  }
}

async function pullLarge(
  { path, bytes }: HubFile,
  sha256: string,
  { hub, at, modelsFolder, folder, signal }: PullOptions,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const source = {
    name: hub.host,
    open: (from: number, stop: AbortSignal) => hub.open(at, path, bytes, from, stop),
  };
  await fetchFile({ sha256, bytes }, [source], {
    partials: partialsFolder(modelsFolder),
    place: join(folder, path),
    signal,
    onBytes,
  });
}

async function pullSmall(
  { path, bytes, git }: HubFile,
  { hub, at, modelsFolder, folder, signal }: PullOptions,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if (bytes === UNTOLD) throw new SourceFault("the hub does not tell how long it is");
  if (bytes > MAX_SMALL) throw new SourceFault(`the hub gives no hash for its ${bytes} bytes`);
  const piece = await hub.open(at, path, bytes, 0, signal);
  const chunks: Uint8Array[] = [];
  for await (const chunk of piece.chunks) chunks.push(chunk);
  const content = Buffer.concat(chunks);
  if (content.length !== bytes) throw new SourceFault(`gave ${content.length} of ${bytes} bytes`);
  const name = createHash("sha1").update(`blob ${bytes}\0`).update(content).digest("hex");
  if (git !== undefined && git !== name) throw new SourceFault("gave other bytes than it lists");
  await replaceFile(modelsFolder, join(folder, path), content);
  onBytes(bytes);
}

function sum(files: readonly HubFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

async function filterAsync<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept = await Promise.all(items.map(test));
  return items.filter((_, at) => kept[at]);
}
