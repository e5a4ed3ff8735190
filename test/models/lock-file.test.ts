/** A sceptic would doubt that a faulty lock file is told, and that names in it can't lead out of the cache folder. */
import { expect, test } from "vitest";
import { diskFault } from "../../src/models/disk.ts";
import { parseLock, shippedLock, sizeOf, starterOf } from "../../src/models/lock-file.ts";
import { progressMeter, type PullProgress } from "../../src/models/progress.ts";

const file = {
  name: "weights.gguf",
  sha256: "a".repeat(64),
  bytes: 10,
  sources: [{ kind: "folder" }] as readonly object[],
};
const lock = (changes: object = {}, model: object = {}) => ({
  version: 1,
  models: [
    {
      id: "small",
      title: "Small",
      task: "text-generation",
      licence: "MIT",
      files: [{ ...file, ...changes }],
      ...model,
    },
  ],
});
const part = { package: "p", archive: "p.whl", archiveSha256: "b".repeat(64), archiveBytes: 5, member: "p/w" };

test("a sound one is taken", () => {
  expect(parseLock(lock()).models[0]?.id).toBe("small");
});

test.each([
  ["a name that leads elsewhere", lock({ name: "../../bin/sh" })],
  ["a name that is hidden", lock({ name: ".bashrc" })],
  ["an id that leads elsewhere", lock({}, { id: "../x" })],
  ["a hash that is none", lock({ sha256: "abc" })],
  ["a length that is none", lock({ bytes: 0 })],
  ["no sources", lock({ sources: [] })],
  ["a branch instead of a commit", lock({ sources: [{ kind: "hub", repo: "o/n", revision: "main", file: "w" }] })],
  ["a repo that is a path", lock({ sources: [{ kind: "hub", repo: "../o/n", revision: "c".repeat(40), file: "w" }] })],
  ["parts that are shorter than the file", lock({ sources: [{ kind: "pypi", parts: [{ ...part, bytes: 9 }] }] })],
  ["a kind of source nobody knows", lock({ sources: [{ kind: "torrent" }] })],
  ["the same id twice", { version: 1, models: [...lock().models, ...lock().models] }],
  ["two starters", { version: 1, models: ["one", "two"].flatMap((id) => lock({}, { id, starter: true }).models) }],
  ["another version", { ...lock(), version: 2 }],
])("%s is refused", (_, content) => {
  expect(() => parseLock(content)).toThrow(expect.objectContaining({ code: "misconfigured" }));
});

test("the one that ships has a starter, and it is the smallest of all", () => {
  const shipped = shippedLock();
  const sizes = shipped.models.map(sizeOf);
  const starter = starterOf(shipped);
  expect(starter && sizeOf(starter)).toBe(Math.min(...sizes));
});

test("a full disk and a forbidden folder are told as such", () => {
  const full = diskFault("/models", Object.assign(new Error("write"), { code: "ENOSPC" }));
  expect(full).toMatchObject({ code: "unavailable", message: expect.stringContaining("disk of /models is full") });
  const forbidden = diskFault("/models", Object.assign(new Error("open"), { code: "EACCES" }));
  expect(forbidden).toMatchObject({ code: "misconfigured", message: expect.stringContaining("TUTTI_MODELS") });
});

test("progress tells the rate of the last seconds, seldom, and always the end", () => {
  let now = 0;
  const told: PullProgress[] = [];
  const meter = progressMeter(
    1_000_000,
    (progress) => told.push(progress),
    () => now,
  );
  for (; now <= 10_000; now += 10) meter(now * 50, "w");
  expect(told.length).toBeLessThan(110);
  expect(told.at(-1)?.bytesPerSecond).toBeCloseTo(50_000, -2);
  meter(1_000_000, "w");
  expect(told.at(-1)?.bytes).toBe(1_000_000);
});
