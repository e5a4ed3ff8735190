/**
 * What a sceptic would doubt: that a cut download goes on instead of beginning anew, that wrong bytes never get a final
 * name, that a dead or dumb source costs no more than its deadline, and that two who pull at once don't spoil it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { shippedLock, sizeOf } from "../../src/models/lock-file.ts";
import type { PullProgress } from "../../src/models/progress.ts";
import { deadUrl, hubPath, hubSource, lockOf, newFolder, serve, sha256, someBytes, storeFor } from "./served-model.ts";

const PULL = path.join(import.meta.dirname, "../fakes/pull-until-killed.ts");
const child = (argument: unknown) =>
  spawn(process.execPath, [PULL, JSON.stringify(argument)], { stdio: ["ignore", "pipe", "pipe"] });

test("a missing model comes from the hub at its revision, and is found again without the network", async () => {
  const bytes = someBytes();
  const server = await serve({ [hubPath("dir/weights.gguf")]: { bytes } });
  const lock = lockOf(bytes, [hubSource("dir/weights.gguf")]);
  const store = await storeFor({ lock, hubUrl: server.url });
  const progress: PullProgress[] = [];
  expect(await store.findModel("small")).toBeUndefined();

  const ready = await store.ensureModel("small", { onProgress: (step) => progress.push(step) });

  expect(ready).toEqual({ id: "small", path: path.join(store.folder, "small", "weights.gguf"), licence: "CC0-1.0" });
  expect(sha256(await readFile(ready.path))).toBe(sha256(bytes));
  expect(progress.at(-1)).toMatchObject({ bytes: bytes.length, total: bytes.length, file: "weights.gguf" });
  expect(await readdir(path.join(store.folder, ".partial"))).toEqual([]);
  const asked = server.requests.length;
  expect(await store.ensureModel("small")).toEqual(ready);
  expect(await store.findModel("small")).toEqual(ready);
  expect(server.requests).toHaveLength(asked);
});

test("a connection that is cut is gone on with where it ended", async () => {
  const bytes = someBytes();
  const server = await serve({ [hubPath("w")]: { bytes, cuts: { times: 3, after: 70_000 } } });
  const store = await storeFor({ lock: lockOf(bytes, [hubSource("w")]), hubUrl: server.url });

  const { path: place } = await store.ensureModel("small");

  expect(sha256(await readFile(place))).toBe(sha256(bytes));
  const offsets = server.requests.map(({ range }) => Number(/\d+/.exec(range ?? "0")?.[0]));
  expect(offsets).toHaveLength(4);
  expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  expect(new Set(offsets).size).toBe(4);
});

test("a server that can't go on in the middle is read from the beginning", async () => {
  const bytes = someBytes();
  const first = await serve({ [hubPath("w")]: { bytes, stallAfter: 50_000 } });
  const second = await serve({ [hubPath("w")]: { bytes, ignoresRange: true } });
  const lock = lockOf(bytes, [hubSource("w")]);
  const store = await storeFor({ lock, hubUrl: first.url });
  await expect(store.ensureModel("small")).rejects.toMatchObject({ code: "unavailable" });
  expect((await store.listModels())[0]).toMatchObject({ state: "partial", here: 50_000 });

  const { path: place } = await (
    await storeFor({ lock, hubUrl: second.url, folder: store.folder })
  ).ensureModel("small");

  expect(second.requests[0]?.range).toBe("bytes=50000-");
  expect(sha256(await readFile(place))).toBe(sha256(bytes));
});

test("wrong bytes are refused, and the next source is tried", async () => {
  const bytes = someBytes();
  const folder = await newFolder();
  await writeFile(path.join(folder, "weights.gguf"), someBytes());
  const server = await serve({ [hubPath("w")]: { bytes } });
  const lock = lockOf(bytes, [{ kind: "folder" }, hubSource("w")]);
  const store = await storeFor({ lock, hubUrl: server.url, folders: [folder] });

  expect(sha256(await readFile((await store.ensureModel("small")).path))).toBe(sha256(bytes));
  expect(server.requests).toEqual([{ path: hubPath("w"), range: undefined }]);
});

test.each([
  ["of the same length", (bytes: Buffer) => someBytes(bytes.length), "sha256"],
  ["that are too many", (bytes: Buffer) => Buffer.concat([bytes, Buffer.from("x")]), "more than"],
  ["that are too few", (bytes: Buffer) => bytes.subarray(1), "broke off"],
])("from a single source, wrong bytes %s end in an error and leave no model", async (_, spoil, reason) => {
  const bytes = someBytes();
  const server = await serve({ [hubPath("w")]: { bytes: spoil(bytes) } });
  const store = await storeFor({ lock: lockOf(bytes, [hubSource("w")]), hubUrl: server.url });

  await expect(store.ensureModel("small")).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(reason),
  });
  expect(await store.findModel("small")).toBeUndefined();
  expect(await readdir(store.folder)).toEqual([".partial"]);
});

test("what a bad source left does not spoil a good one", async () => {
  const bytes = someBytes();
  const server = await serve({ [hubPath("w")]: { bytes } });
  const store = await storeFor({ lock: lockOf(bytes, [hubSource("w")]), hubUrl: server.url });
  await mkdir(path.join(store.folder, ".partial"), { recursive: true });
  await writeFile(path.join(store.folder, ".partial", `${sha256(bytes)}.partial`), someBytes(100_000));

  expect(sha256(await readFile((await store.ensureModel("small")).path))).toBe(sha256(bytes));
  expect(server.requests.map(({ range }) => range)).toEqual(["bytes=100000-", undefined]);
});

test("a source at which nobody listens, or that says nothing, is passed over", async () => {
  const bytes = someBytes();
  const silent = await serve({ [hubPath("w")]: { bytes, silent: true } });
  const folder = await newFolder();
  await writeFile(path.join(folder, "weights.gguf"), bytes);
  const lock = lockOf(bytes, [hubSource("w"), { kind: "folder" }]);

  for (const hubUrl of [await deadUrl(), silent.url]) {
    const store = await storeFor({ lock, hubUrl, folders: [folder] });
    expect(sha256(await readFile((await store.ensureModel("small")).path))).toBe(sha256(bytes));
  }
  expect(silent.requests).toHaveLength(1);
});

test("a redirect to a host that says nothing is passed over, too", async () => {
  const bytes = someBytes();
  const silent = await serve({ "/w": { bytes, silent: true } });
  const hub = await serve({ [hubPath("w")]: { bytes, redirectTo: `${silent.url}/w` } });
  const store = await storeFor({ lock: lockOf(bytes, [hubSource("w")]), hubUrl: hub.url });

  await expect(store.ensureModel("small")).rejects.toThrow(/127\.0\.0\.1:\d+ did not answer within 0\.4 s/);
  expect(silent.requests).toHaveLength(1);
});

test("where no source serves, the error says why of each, and what to do", async () => {
  const bytes = someBytes();
  const server = await serve({});
  const store = await storeFor({ lock: lockOf(bytes, [{ kind: "folder" }, hubSource("w")]), hubUrl: server.url });

  const error: unknown = await store.ensureModel("small").catch((thrown: unknown) => thrown);

  expect(String(error)).toContain("folder: none was named");
  expect(String(error)).toContain("answered 404");
  expect(String(error)).toContain(`put weights.gguf (0.4 MB) into ${path.join(store.folder, "small")}`);
});

test("offline, nothing is asked for, but a folder may serve", async () => {
  const bytes = someBytes();
  const server = await serve({ [hubPath("w")]: { bytes } });
  const lock = lockOf(bytes, [hubSource("w"), { kind: "folder" }]);
  const store = await storeFor({ lock, hubUrl: server.url, offline: true });

  await expect(store.ensureModel("small")).rejects.toThrow(/TUTTI_OFFLINE/);
  expect(server.requests).toEqual([]);

  const folder = await newFolder();
  await writeFile(path.join(folder, "weights.gguf"), bytes);
  const withFolder = await storeFor({ lock, hubUrl: server.url, offline: true, folders: [folder] });
  await expect(withFolder.ensureModel("small")).resolves.toMatchObject({ licence: "CC0-1.0" });
  expect(server.requests).toEqual([]);
});

test("an abort ends it, and what came is kept for the next time", async () => {
  const bytes = someBytes();
  const server = await serve({ [hubPath("w")]: { bytes, stallAfter: 200_000 } });
  const lock = lockOf(bytes, [hubSource("w")]);
  const store = await storeFor({ lock, hubUrl: server.url, deadlines: { answerMs: 2000, stallMs: 60_000 } });
  const stop = new AbortController();
  const pulling = store.ensureModel("small", { signal: stop.signal }).catch((error: unknown) => error);
  await expect.poll(async () => (await store.listModels())[0]?.here).toBe(200_000);

  stop.abort();

  expect(await pulling).toMatchObject({ code: "canceled" });
  expect((await store.listModels())[0]).toMatchObject({ state: "partial", here: 200_000 });
});

test("two processes that pull at once both get the whole model", async () => {
  const bytes = someBytes(4_000_000);
  const server = await serve({ [hubPath("w")]: { bytes } });
  const settings = {
    lock: lockOf(bytes, [hubSource("w")]),
    folder: await newFolder(),
    offline: false,
    hubUrl: server.url,
  };
  const outputs = await Promise.all([0, 1].map(async () => text(child({ settings, id: "small" }).stdout)));

  const place = path.join(settings.folder, "small", "weights.gguf");
  expect(outputs).toEqual([`${place}\n`, `${place}\n`]);
  expect(sha256(await readFile(place))).toBe(sha256(bytes));
  expect(await readdir(path.join(settings.folder, ".partial"))).toEqual([]);
});

test("two pulls at once within one process don't mix", async () => {
  const bytes = someBytes(2_000_000);
  const server = await serve({ [hubPath("w")]: { bytes, cuts: { times: 2, after: 90_000 } } });
  const store = await storeFor({ lock: lockOf(bytes, [hubSource("w")]), hubUrl: server.url });

  const [first, second] = await Promise.all([store.ensureModel("small"), store.ensureModel("small")]);

  expect(first).toEqual(second);
  expect(sha256(await readFile(first.path))).toBe(sha256(bytes));
});

test("what a killed process downloaded is gone on with", async () => {
  const bytes = someBytes();
  const slow = await serve({ [hubPath("w")]: { bytes, stallAfter: 150_000 } });
  const lock = lockOf(bytes, [hubSource("w")]);
  const folder = await newFolder();
  const victim = child({ settings: { lock, folder, offline: false, hubUrl: slow.url }, id: "small" });
  const other = await storeFor({ lock, folder });
  await expect.poll(async () => (await other.listModels())[0]?.here, { timeout: 15_000 }).toBe(150_000);
  victim.kill("SIGKILL");
  await once(victim, "exit");

  const whole = await serve({ [hubPath("w")]: { bytes } });
  const store = await storeFor({ lock, folder, hubUrl: whole.url });

  expect(sha256(await readFile((await store.ensureModel("small")).path))).toBe(sha256(bytes));
  expect(whole.requests.map(({ range }) => range)).toEqual(["bytes=150000-"]);
});

test("what can't fit on the disk is refused before it is asked for", async () => {
  const bytes = someBytes();
  const server = await serve({ [hubPath("w")]: { bytes } });
  const lock = lockOf(bytes, [hubSource("w")]);
  const huge = {
    ...lock,
    models: lock.models.map((model) => ({ ...model, files: model.files.map((file) => ({ ...file, bytes: 2 ** 52 })) })),
  };
  const store = await storeFor({ lock: huge, hubUrl: server.url });

  await expect(store.ensureModel("small")).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("free some space"),
  });
  expect(server.requests).toEqual([]);
});

test("verify finds a changed byte, and remove makes room", async () => {
  const bytes = someBytes();
  const server = await serve({ [hubPath("w")]: { bytes } });
  const store = await storeFor({ lock: lockOf(bytes, [hubSource("w")]), hubUrl: server.url });
  const { path: place } = await store.ensureModel("small");
  expect(await store.verifyModel("small")).toEqual([{ path: place, state: "good" }]);

  const spoilt = Buffer.from(bytes);
  spoilt[1234] = (spoilt[1234] ?? 0) ^ 1;
  await writeFile(place, spoilt);
  expect(await store.verifyModel("small")).toEqual([{ path: place, state: "wrong" }]);

  expect(await store.removeModel("small")).toBe(bytes.length);
  expect(await store.removeModel("small")).toBe(0);
  expect(await store.verifyModel("small")).toEqual([{ path: place, state: "missing" }]);
});

test("an unknown id is told with the known ones", async () => {
  const store = await storeFor({ lock: lockOf(someBytes(10), [{ kind: "folder" }]) });
  await expect(store.ensureModel("../x")).rejects.toThrow(/there is no model \.\.\/x; there are small/);
});

test("the lock file that ships is sound: licences are named, and each file has a source on the network", () => {
  const { models } = shippedLock();
  expect(models.length).toBeGreaterThan(0);
  for (const model of models) {
    expect(sizeOf(model)).toBeGreaterThan(1e8);
    for (const file of model.files) expect(file.sources.some(({ kind }) => kind !== "folder")).toBe(true);
  }
});
