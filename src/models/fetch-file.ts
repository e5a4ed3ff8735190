/** Gets one file from whichever source serves it. The hash decides what is kept. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat, truncate } from "node:fs/promises";
import { TuttiError } from "../errors.ts";
import { mustFit, onDisk } from "./disk.ts";
import type { Piece } from "./download.ts";
import { claimPartial, type PartialFile } from "./partial-file.ts";
import { reasonOf, SourceFault } from "./source-fault.ts";

/** What is wanted. */
export interface WantedFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** A source made ready to be read. */
export interface OpenableSource {
  /** For messages. */
  readonly name: string;
  /** @throws whatever; then the next source is asked. A TuttiError ends it all. */
  readonly open: (from: number, signal: AbortSignal) => Promise<Piece>;
}

export interface FetchOptions {
  /** Where partial files live; on the same disk as `place`. */
  readonly partials: string;
  readonly place: string;
  readonly signal: AbortSignal;
  /** Bytes there so far. May go back, where a source can't go on in the middle or gave wrong bytes. */
  readonly onBytes?: (bytes: number) => void;
}

/** How often a source that was cut off is gone on with, as long as each time brings something. */
const MAX_CUTS = 20;

/**
 * Resolves to the reasons for which sources before the successful one did not serve.
 * @throws SourceFault where none did, TuttiError where no source can help (`unavailable` for a full disk, `canceled`)
 */
export async function fetchFile(
  wanted: WantedFile,
  sources: readonly OpenableSource[],
  options: FetchOptions,
): Promise<readonly string[]> {
  const { partials, place, signal } = options;
  const partial = await onDisk(partials, () => claimPartial(partials, wanted.sha256));
  const faults: string[] = [];
  try {
    await mustFit(partials, wanted.bytes - (await lengthOf(partial.path)));
    for (const source of sources) {
      try {
        await fillFrom(source, { wanted, partial, options });
        await onDisk(partials, () => partial.finish(place));
        return faults;
      } catch (error) {
        if (signal.aborted)
          throw new TuttiError("canceled", "the download was stopped; what came so far is kept", { cause: error });
        if (error instanceof TuttiError) throw error;
        faults.push(`${source.name}: ${reasonOf(error)}`);
      }
    }
  } finally {
    await partial.release();
  }
  throw new SourceFault(faults.join("; ") || "there is no source");
}

interface Filling {
  readonly wanted: WantedFile;
  readonly partial: PartialFile;
  readonly options: FetchOptions;
}

async function fillFrom(source: OpenableSource, filling: Filling): Promise<void> {
  const { wanted, partial, options } = filling;
  // What another source left may be what is wrong: then this one deserves a try of its own from the beginning.
  let isAllItsOwn = (await lengthOf(partial.path)) === 0;
  for (let cuts = 0; ;) {
    const before = await lengthOf(partial.path);
    let digest: string;
    try {
      digest = await append(source, filling);
    } catch (error) {
      const isFinal = options.signal.aborted || error instanceof TuttiError;
      if (isFinal || (await lengthOf(partial.path)) <= before || ++cuts > MAX_CUTS) throw error;
      continue;
    }
    if (digest === wanted.sha256) return;
    await onDisk(options.partials, () => truncate(partial.path, 0));
    if (isAllItsOwn) throw new SourceFault(`gave other bytes: their sha256 is ${digest}, not ${wanted.sha256}`);
    isAllItsOwn = true;
  }
}

/** Brings the partial file to its full length, and resolves to its hash. */
async function append(source: OpenableSource, { wanted, partial, options }: Filling): Promise<string> {
  const { partials, signal, onBytes } = options;
  const file = await onDisk(partials, () => open(partial.path, "a+"));
  try {
    const there = (await file.stat()).size;
    // Of a file that is too long, nothing is right.
    const offset = there > wanted.bytes ? 0 : there;
    let hash = createHash("sha256");
    // Before asking for more: what comes while nobody reads is lost when the connection is cut.
    await onDisk(partials, () => hashFile(partial.path, hash, offset));
    const piece = offset === wanted.bytes ? undefined : await source.open(offset, signal);
    let length = piece?.from ?? offset;
    try {
      if (length !== offset) {
        hash = createHash("sha256");
        await onDisk(partials, () => hashFile(partial.path, hash, length));
      }
      if (length !== there) await onDisk(partials, () => file.truncate(length));
      onBytes?.(length);
      for await (const chunk of piece?.chunks ?? []) {
        signal.throwIfAborted();
        length += chunk.byteLength;
        // Not cut to fit: a source that gives too much has another file.
        if (length > wanted.bytes) break;
        await onDisk(partials, () => file.appendFile(chunk));
        hash.update(chunk);
        onBytes?.(length);
      }
    } finally {
      piece?.close();
    }
    if (length > wanted.bytes) {
      await onDisk(partials, () => file.truncate(0));
      throw new SourceFault(`gave more than the ${wanted.bytes} bytes of the file`);
    }
    if (length < wanted.bytes) throw new SourceFault(`broke off after ${length} of ${wanted.bytes} bytes`);
    // Before the rename: after a power cut, a file under its final name must be whole.
    await onDisk(partials, () => file.sync());
    return hash.digest("hex");
  } finally {
    await file.close();
  }
}

/** Feeds the first `bytes` of a file to a hash. */
export async function hashFile(place: string, hash: Hash, bytes: number, signal?: AbortSignal): Promise<void> {
  if (bytes === 0) return;
  const options = { end: bytes - 1, highWaterMark: 1 << 20, ...(signal ? { signal } : {}) };
  for await (const chunk of createReadStream(place, options)) hash.update(chunk);
}

async function lengthOf(place: string): Promise<number> {
  return (await stat(place).catch(() => undefined))?.size ?? 0;
}
