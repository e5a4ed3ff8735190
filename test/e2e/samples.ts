/** The pictures that ship with Tutti. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const sampleFolder = join(import.meta.dirname, "../fixtures/samples");

export function samplePath(name: string): string {
  return join(sampleFolder, name);
}

export function sampleBytes(name: string): Buffer<ArrayBuffer> {
  return Buffer.from(readFileSync(samplePath(name)));
}
