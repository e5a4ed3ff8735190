/** A sceptic would doubt that the command says what it does, and that its exit codes can be relied on. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { models } from "../../src/cli/models.ts";
import { showPull } from "../../src/cli/show-pull.ts";
import { hubPath, hubSource, lockOf, newFolder, serve, someBytes } from "../models/served-model.ts";

let printed: string[] = [];

beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line: unknown) => void printed.push(String(line)));
  vi.spyOn(process.stderr, "write").mockImplementation((line) => printed.push(String(line)) > 0);
});
afterEach(() => vi.restoreAllMocks());

const bytes = someBytes();
const lock = lockOf(bytes, [{ kind: "folder" }, hubSource("w")]);

async function settingsFor(hubUrl = "http://127.0.0.1:9", offline = false) {
  return { modelsFolder: await newFolder(), offline, hubUrl, pipFiles: [] };
}

test("list, pull, verify and remove, one after the other", async () => {
  const server = await serve({ [hubPath("w")]: { bytes } });
  const settings = await settingsFor(server.url);
  const listed = async (): Promise<unknown> => {
    printed = [];
    await models(["list", "--json"], settings, lock);
    return JSON.parse(printed.join("\n"));
  };
  const place = path.join(settings.modelsFolder, "small", "weights.gguf");
  const known = {
    id: "small",
    task: "text-generation",
    licence: "CC0-1.0",
    bytes: 400_000,
    sources: ["folder", "hub"],
  };
  expect(await listed()).toMatchObject([{ ...known, state: "absent", here: 0 }]);

  expect(await models(["pull", "small"], settings, lock)).toBe(0);
  expect(printed.at(-1)).toBe(`small: ${place} (CC0-1.0)`);
  expect(printed.join("")).toContain("0.4 MB of 0.4 MB, 100 %");
  expect(await listed()).toMatchObject([{ ...known, state: "present", path: place }]);

  expect(await models(["verify"], settings, lock)).toBe(0);
  expect(printed.at(-1)).toBe(`small: good: ${place}`);
  await writeFile(place, someBytes());
  expect(await models(["verify", "small"], settings, lock)).toBe(1);
  expect(printed.at(-1)).toContain("tutti models remove small");

  expect(await models(["remove", "small"], settings, lock)).toBe(0);
  expect(printed.at(-1)).toBe("small: removed, 0.4 MB");
  expect(await models(["verify", "small"], settings, lock)).toBe(1);
});

test("--from takes a model from a folder, also offline", async () => {
  const settings = await settingsFor(undefined, true);
  const folder = path.join(settings.modelsFolder, "stick");
  await mkdir(folder);
  await writeFile(path.join(folder, "weights.gguf"), bytes);
  await expect(models(["pull", "small"], settings, lock)).rejects.toThrow(/TUTTI_OFFLINE/);
  expect(await models(["pull", "small", "--from", folder], settings, lock)).toBe(0);
});

test("the list for people names size, licence and sources of the models that ship", async () => {
  expect(await models(["list"], await settingsFor())).toBe(0);
  expect(printed.join("\n")).toMatch(/absent +\d+\.\d MB +Apache-2\.0/);
  expect(printed.filter((line) => line.endsWith("; the starter pack of the demo"))).toHaveLength(1);
});

test("mistakes are told", async () => {
  const settings = await settingsFor();
  expect(await models([], settings, lock)).toBe(2);
  expect(await models(["--help"], settings, lock)).toBe(0);
  await expect(models(["pull"], settings, lock)).rejects.toThrow(/which model/);
  await expect(models(["fetch"], settings, lock)).rejects.toThrow(/no "models fetch"/);
  await expect(models(["pull", "large"], settings, lock)).rejects.toThrow(/there are small/);
});

test("on a terminal one line changes, elsewhere a line comes for each tenth", () => {
  const draw = (isTTY: boolean): string => {
    let screen = "";
    const show = showPull("m", { isTTY, columns: 40, write: (text) => Boolean((screen += String(text))) });
    for (let sent = 0; sent <= 100; sent++)
      show.progress({ bytes: sent * 1e6, total: 100e6, bytesPerSecond: 10e6, file: "w" });
    show.end();
    show.end();
    return screen;
  };
  expect(draw(true).match(/\n/g)).toHaveLength(1);
  expect(
    draw(true)
      .split("\r")
      .every((line) => line.replace("\u001B[K", "").trimEnd().length < 40),
  ).toBe(true);
  expect(draw(false).trimEnd().split("\n")).toHaveLength(11);
  expect(draw(false)).toContain("m: 50.0 MB of 100.0 MB, 50 %, 10.0 MB/s, 5 s left");
});
