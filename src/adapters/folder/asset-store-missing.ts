/** Other processes use the same folder: what was there a moment ago may be gone, and what was not may be there. */
import { link, opendir, readdir } from "node:fs/promises";

/** What the promise gives, or undefined where the file that it is about does not exist. */
export async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

export async function exists(result: Promise<unknown>): Promise<boolean> {
  return (await unlessMissing(result.then(() => true))) ?? false;
}

/** Gives a file a second name. Atomic. */
export async function linked(file: string, name: string): Promise<"linked" | "taken" | "missing"> {
  try {
    await link(file, name);
    return "linked";
  } catch (error) {
    if (hasCode(error, "EEXIST")) return "taken";
    if (hasCode(error, "ENOENT")) return "missing";
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Names in a folder; none where it is missing. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await unlessMissing(readdir(folder))) ?? [];
}

/** The same, a part at a time: a folder may hold more than one wants in memory. */
export async function* partsOf(folder: string, size: number): AsyncGenerator<string[], void, undefined> {
  const entries = await unlessMissing(opendir(folder, { bufferSize: size }));
  let part: string[] = [];
  for await (const { name } of entries ?? []) {
    part.push(name);
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
