/** Does a file of vectors give back what was put in, whatever happened to it meanwhile? */
import { appendFile, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { packVector } from "../../../src/registry/index/packed-vector.ts";
import { VectorFile } from "../../../src/registry/index/vector-file.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";

const { folder, remove } = await temporaryFolder();
afterAll(remove);

let files = 0;
const newPath = () => join(folder, "deeper", `vectors-${(files += 1)}`);
const options = { space: "test", dimensions: 8 };
const vectorOf = (seed: number) => {
  const packed = packVector(Array.from({ length: 8 }, (_, at) => Math.sin(seed + at)));
  if (!packed) throw new Error("stands for nothing");
  return packed;
};

async function written(path: string, ...seeds: number[]): Promise<void> {
  const file = await VectorFile.open(path, options);
  for (const seed of seeds) file.put(`text ${seed}`, vectorOf(seed));
  await file.flush();
}

async function expectKnown(path: string, ...seeds: number[]): Promise<VectorFile> {
  const file = await VectorFile.open(path, options);
  expect(file.size).toBe(seeds.length);
  for (const seed of seeds) {
    expect(file.get(`text ${seed}`)?.scale).toBeCloseTo(vectorOf(seed).scale, 6);
    expect([...(file.get(`text ${seed}`)?.values ?? [])]).toEqual([...vectorOf(seed).values]);
  }
  return file;
}

it("keeps vectors by their text, over several openings", async () => {
  const path = newPath();
  expect((await VectorFile.open(path, options)).size).toBe(0);
  await written(path, 1, 2);
  await written(path, 3);
  const file = await expectKnown(path, 1, 2, 3);
  expect(file.get("text 4")).toBeUndefined();
});

it("takes what two write at the same time", async () => {
  const path = newPath();
  await written(path, 0);
  await Promise.all([1, 2, 3, 4, 5].map(async (seed) => await written(path, seed)));
  await expectKnown(path, 0, 1, 2, 3, 4, 5);
});

it("goes on after one that died in the middle of a record", async () => {
  const path = newPath();
  await written(path, 1, 2);
  await truncate(path, (await stat(path)).size - 5);
  await expectKnown(path, 1);
  await written(path, 3, 4);
  await expectKnown(path, 1, 3, 4);
});

it("leaves out a record that is damaged, and only that", async () => {
  const path = newPath();
  await written(path, 1, 2, 3);
  const bytes = await readFile(path);
  const record = 16 + 4 + 8 + 4;
  const at = bytes.length - record - 10;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
  await expectKnown(path, 1, 3);
});

it.each([
  ["of another space", { ...options, space: "other" }],
  ["of another length", { ...options, dimensions: 16 }],
])("is begun anew for vectors %s", async (_what, other) => {
  const path = newPath();
  await written(path, 1);
  const file = await VectorFile.open(path, other);
  expect(file.size).toBe(0);
  const values = new Int8Array(other.dimensions).fill(7);
  file.put("x", { scale: 1, values });
  await file.flush();
  expect((await VectorFile.open(path, other)).get("x")?.values).toEqual(values);
  expect((await VectorFile.open(path, options)).size).toBe(0);
});

it.each(["", "x", "not vectors at all, but longer than any header could be"])(
  "is begun anew where it is %j",
  async (junk) => {
    const path = newPath();
    await written(path, 1);
    await writeFile(path, junk);
    await written(path, 2);
    await expectKnown(path, 2);
  },
);

it("takes the last of several vectors of one text", async () => {
  const path = newPath();
  await written(path, 1);
  const file = await VectorFile.open(path, options);
  file.put("text 1", vectorOf(9));
  await file.flush();
  expect([...((await VectorFile.open(path, options)).get("text 1")?.values ?? [])]).toEqual([...vectorOf(9).values]);
});

it("is written down anew where most of it is of no use any more", async () => {
  const path = newPath();
  await written(path, ...Array.from({ length: 10 }, (_, seed) => seed));
  const before = (await stat(path)).size;
  const file = await VectorFile.open(path, options);
  await file.release(Array.from({ length: 8 }, (_, seed) => `text ${seed}`));
  expect((await stat(path)).size).toBe(before);
  expect(file.size).toBe(0);
  const again = await VectorFile.open(path, options);
  await again.release(["text 3", "text 4", "never seen"]);
  await expectKnown(path, 3, 4);
  again.put("text 5", vectorOf(5));
  await again.flush();
  await expectKnown(path, 3, 4, 5);
});

it("says that it can't be written", async () => {
  const path = newPath();
  await written(path, 1);
  const file = await VectorFile.open(join(path, "below a file"), options);
  file.put("x", vectorOf(1));
  await expect(file.flush()).rejects.toThrow(/ENOTDIR|EEXIST/);
  await appendFile(path, "");
});
