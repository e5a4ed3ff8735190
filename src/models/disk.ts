/** The cache folder's faults, told as what they are: no other source can help there. */
import { statfs } from "node:fs/promises";
import { TuttiError } from "../errors.ts";

/** @throws TuttiError instead of whatever the work on the folder threw: `unavailable`, or `misconfigured` for lacking rights */
export async function onDisk<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw diskFault(folder, error);
  }
}

export function diskFault(folder: string, error: unknown): TuttiError {
  if (error instanceof TuttiError) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new TuttiError(
        "unavailable",
        `the disk of ${folder} is full: free some space, or set TUTTI_MODELS to a folder elsewhere; what was downloaded is kept`,
        { cause: error },
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOTDIR":
      return new TuttiError(
        "misconfigured",
        `the folder of models ${folder} can't be written to: set TUTTI_MODELS to one that can`,
        { cause: error },
      );
    default:
      return new TuttiError(
        "unavailable",
        `the folder of models ${folder} fails: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
  }
}

/** Better before a long download than at its end. @throws TuttiError `unavailable` where `bytes` more don't fit */
export async function mustFit(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await onDisk(folder, () => statfs(folder));
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new TuttiError(
    "unavailable",
    `${sizeText(bytes)} more don't fit on the disk of ${folder}, which has ${sizeText(free)} free: free some space, or set TUTTI_MODELS to a folder elsewhere`,
  );
}

/** Decimal, as downloads are measured: `491.4 MB`. */
export function sizeText(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
