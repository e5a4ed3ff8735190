/**
 * Remembers vectors on disk, so that a start does not embed the whole task catalogue again. Only large batches are kept:
 * they are catalogues, which come back; the clauses of requests don't.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Embedder } from "../ports/embedder.ts";

const LEAST_BATCH = 50;

const fileSchema = z.array(z.array(z.number()));

export function createRememberingEmbedder(embedder: Embedder, folder: string): Embedder {
  const fileOf = (texts: readonly string[]): string => {
    const hash = createHash("sha256")
      .update(JSON.stringify([embedder.space, texts]))
      .digest("hex");
    return join(folder, `${hash.slice(0, 32)}.json`);
  };

  return {
    space: embedder.space,
    async embed(texts, signal) {
      if (texts.length < LEAST_BATCH) return embedder.embed(texts, signal);
      const file = fileOf(texts);
      const known = await recall(file, texts.length);
      if (known) return known;
      // Rounded now as it is on disk, so that the first plan after a start and the second are made of the same numbers.
      const vectors = (await embedder.embed(texts, signal)).map((vector) => vector.map(rounded));
      await keep(folder, file, vectors);
      return vectors;
    },
  };
}

const rounded = (number: number): number => Math.round(number * 1e6) / 1e6;

/** A cache that can't be read is no cache. */
async function recall(file: string, count: number): Promise<number[][] | undefined> {
  try {
    const vectors = fileSchema.parse(JSON.parse(await readFile(file, "utf8")));
    return vectors.length === count ? vectors : undefined;
  } catch {
    return undefined;
  }
}

/** Several may write the same at once, and a cache that can't be written is none: it costs time, not the plan. */
async function keep(folder: string, file: string, vectors: readonly (readonly number[])[]): Promise<void> {
  const unfinished = `${file}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(unfinished, JSON.stringify(vectors));
    await rename(unfinished, file);
  } catch {
    await rm(unfinished, { force: true }).catch(() => {});
  }
}
