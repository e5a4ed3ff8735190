/** Are remembered vectors those of the very same texts, and is a broken file no harm? */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRememberingEmbedder } from "../../src/adapters/remembering-embedder.ts";
import type { Embedder } from "../../src/ports/embedder.ts";

let folder = "";
let batches: number[] = [];

const lengths: Embedder = {
  space: "lengths",
  embed: (texts) => {
    batches.push(texts.length);
    return Promise.resolve(texts.map((text) => [text.length / 3]));
  },
};

const catalogue = Array.from({ length: 60 }, (_, index) => "x".repeat(index));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-vectors-"));
  batches = [];
});

afterEach(() => rm(folder, { recursive: true, force: true }));

it("embeds a catalogue once, also over a restart, and gives the same vectors", async () => {
  const fresh = await createRememberingEmbedder(lengths, folder).embed(catalogue);
  const recalled = await createRememberingEmbedder(lengths, folder).embed(catalogue);
  expect(batches).toEqual([60]);
  // To the last digit, or a plan could be another one after a restart.
  expect(recalled).toEqual(fresh);
  fresh.forEach(([value = NaN], index) => expect(value).toBeCloseTo(index / 3, 5));
});

it("takes many who ask for the same at once", async () => {
  const [one, two] = [createRememberingEmbedder(lengths, folder), createRememberingEmbedder(lengths, folder)];
  const asked = Array.from({ length: 8 }, (_, index) => (index % 2 ? one : two).embed(catalogue));
  for (const vectors of await Promise.all(asked)) expect(vectors).toHaveLength(60);
  expect(await readdir(folder)).toHaveLength(1);
});

it("embeds all the same where nothing can be kept", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  expect(await createRememberingEmbedder(lengths, join(file, "below")).embed(catalogue)).toHaveLength(60);
  await mkdir(join(folder, "full"));
  const embedder = createRememberingEmbedder(lengths, join(folder, "full"));
  await embedder.embed(catalogue);
  const [name = ""] = await readdir(join(folder, "full"));
  // A folder of that name can be neither read as a file nor replaced by one.
  await rm(join(folder, "full", name));
  await mkdir(join(folder, "full", name));
  expect(await embedder.embed(catalogue)).toHaveLength(60);
  expect(await readdir(join(folder, "full"))).toEqual([name]);
});

it("asks again when a text or the space is another", async () => {
  await createRememberingEmbedder(lengths, folder).embed(catalogue);
  await createRememberingEmbedder(lengths, folder).embed([...catalogue.slice(1), "new"]);
  await createRememberingEmbedder({ ...lengths, space: "other" }, folder).embed(catalogue);
  expect(batches).toEqual([60, 60, 60]);
});

it("keeps nothing of requests, and asks again where a file is broken", async () => {
  const embedder = createRememberingEmbedder(lengths, folder);
  await embedder.embed(["hello"]);
  expect(await readdir(folder)).toEqual([]);
  await embedder.embed(catalogue);
  const [file = ""] = await readdir(folder);
  await writeFile(join(folder, file), "[[1], broken");
  expect(await embedder.embed(catalogue)).toHaveLength(60);
  expect(batches).toEqual([1, 60, 60]);
});
