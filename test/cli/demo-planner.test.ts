/**
 * What a sceptic would doubt: that a model of one's own is never passed over, that half a gigabyte is not taken without
 * a word, and that whatever goes wrong with it, the demo goes on at once and says why.
 */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { chooseDemoPlanner, type DemoSettings } from "../../src/cli/demo-planner.ts";
import { skippable } from "../../src/cli/demo-skippable.ts";
import { loadConfig } from "../../src/config.ts";
import { hasLlamaRuntime, llamaRuntime } from "../../src/models/llama-runtime.ts";
import type { ServedFile } from "../fakes/file-server.ts";
import { npmEnvironment } from "../models/npm-registry.ts";
import { deadUrl, hubPath, hubSource, lockOf, newFolder, serve, sha256, someBytes } from "../models/served-model.ts";

const bytes = someBytes();
const lock = lockOf(bytes, [{ kind: "folder" }, hubSource("w")], true);

afterEach(() => vi.unstubAllEnvs());

/** A machine on which the runtime is installed: a folder of that name stands for it. */
async function machine(
  changes: Partial<DemoSettings> = {},
  environment: NodeJS.ProcessEnv = {},
): Promise<DemoSettings> {
  const modelsFolder = await newFolder();
  await mkdir(runtimeIn(modelsFolder), { recursive: true });
  const { llm } = loadConfig({ OLLAMA_HOST: await deadUrl(), ...environment });
  return { modelsFolder, offline: false, hubUrl: "http://127.0.0.1:9", pipFiles: [], llm, ...changes };
}

const runtimeIn = (folder: string): string => path.join(folder, ".runtime", llamaRuntime.name.replace(" ", "-"));
const hub = (file: Partial<ServedFile> = {}) => serve({ [hubPath("w")]: { bytes, ...file } });

async function choose(settings: DemoSettings, { lite = false, its = lock } = {}) {
  const lines: string[] = [];
  let screen = "";
  const { llm, name } = await chooseDemoPlanner(settings, {
    lite,
    lock: its,
    say: (line) => lines.push(line),
    screen: { isTTY: false, columns: 80, write: (text) => Boolean((screen += String(text))) },
  });
  return { llm, name, lines, screen };
}

test.each([
  ["that is set", { TUTTI_LLM: "ollama:qwen3" }, "ollama:qwen3"],
  ["that is set for planning", { TUTTI_LLM: "none", TUTTI_LLM_PLAN: "openai:gpt-x" }, "openai:gpt-x"],
  ["that is shown pictures", { TUTTI_LLM_VISION: "anthropic:see" }, "anthropic:see"],
  ["whose key is set", { OPENAI_API_KEY: "k" }, /^openai:.*OPENAI_API_KEY is set/],
  ["that is forbidden", { TUTTI_LLM: "none" }, "the built-in planner"],
])("a model %s decides, and no pack is asked for", async (_, environment, name) => {
  const server = await hub();
  const settings = await machine({ hubUrl: server.url }, environment);
  const chosen = await choose(settings);
  expect(chosen).toEqual({ llm: settings.llm, lines: [], screen: "", name: expect.stringMatching(name) });
  expect(server.requests).toEqual([]);
});

test("the pack is announced, comes with its progress, plans, and is there the next time", async () => {
  const server = await hub();
  const settings = await machine({ hubUrl: server.url });
  const place = path.join(settings.modelsFolder, "small", "weights.gguf");

  const { llm, lines, screen } = await choose(settings);

  expect(llm).toEqual({ ...settings.llm, plan: `llama-cpp:${place}`, all: "none" });
  expect(sha256(await readFile(place))).toBe(sha256(bytes));
  expect(lines.join("\n")).toContain(`Small: 0.4 MB, CC0-1.0, from ${new URL(server.url).host}`);
  expect(lines.at(-1)).toContain(`into ${settings.modelsFolder} (TUTTI_MODELS). Ctrl-C skips it`);
  expect(lines.at(-1)).toContain("--lite");
  expect(screen).toContain("small: 0.4 MB of 0.4 MB, 100 %");

  const asked = server.requests.length;
  expect(await choose(settings)).toMatchObject({ llm, lines: [], screen: "" });
  // Here it takes no network, so that it may be used without.
  expect(await choose({ ...settings, offline: true })).toMatchObject({ llm, lines: [] });
  expect(await choose(settings, { lite: true })).toMatchObject({ name: "the built-in planner", lines: [] });
  expect(server.requests).toHaveLength(asked);
});

test.each<[string, Partial<ServedFile>, RegExp]>([
  ["nobody answers", { silent: true }, /no answer within 2 s/],
  ["the bytes are others", { bytes: someBytes() }, /gave other bytes: their sha256 is/],
  ["there are too few", { bytes: bytes.subarray(1) }, /broke off after/],
])("where %s, a line says so, and the built-in planner plans", async (_, file, reason) => {
  const server = await hub(file);
  const settings = await machine({ hubUrl: server.url });
  const { llm, lines } = await choose(settings);
  expect(llm).toEqual({ ...settings.llm, all: "none" });
  expect(lines.at(-1)).toMatch(
    /^The starter pack \(Small, 0\.4 MB\) can't be had from here: .*; the built-in planner plans\.$/,
  );
  expect(lines.at(-1)).toMatch(reason);
  expect(await readdir(settings.modelsFolder)).not.toContain("small");
});

test("where nobody listens, one plain line is all", async () => {
  const { lines, screen } = await choose(await machine({ hubUrl: await deadUrl() }));
  expect(lines).toEqual([expect.stringMatching(/can't be had from here: connect ECONNREFUSED [\d.:]+; the built-in/)]);
  expect(screen).toBe("");
});

test("with --lite, offline, and where there is no starter, nobody is asked", async () => {
  const server = await hub();
  const settings = await machine({ hubUrl: server.url });
  expect(await choose(settings, { lite: true })).toMatchObject({ name: "the built-in planner", lines: [] });
  expect(await choose(settings, { its: lockOf(bytes, [hubSource("w")]) })).toMatchObject({ lines: [] });
  const { lines, name } = await choose({ ...settings, offline: true });
  expect(name).toBe("the built-in planner");
  expect(lines).toEqual([expect.stringContaining("TUTTI_OFFLINE forbids downloads; the built-in planner plans.")]);
  expect(server.requests).toEqual([]);
});

test("Ctrl-C skips the download, and the next demo goes on where it ended", async () => {
  const stuck = await hub({ stallAfter: 150_000 });
  const settings = await machine({ hubUrl: stuck.url });
  const choosing = choose(settings);
  const partial = async (): Promise<number> => {
    const folder = path.join(settings.modelsFolder, ".partial");
    const [file] = await readdir(folder).catch(() => []);
    return file === undefined ? 0 : (await readFile(path.join(folder, file))).length;
  };
  await expect.poll(partial, { timeout: 10_000 }).toBe(150_000);

  process.emit("SIGINT");

  const { lines, name } = await choosing;
  expect(name).toBe("the built-in planner");
  expect(lines.at(-1)).toMatch(/^Skipped; what came is kept/);
  const whole = await hub();
  expect((await choose({ ...settings, hubUrl: whole.url })).llm.plan).toContain("weights.gguf");
  expect(whole.requests.at(-1)?.range).toBe("bytes=150000-");
});

test.runIf(!hasLlamaRuntime("/no/such/folder"))(
  "where the runtime can't be had, nothing of the pack is downloaded",
  async () => {
    const server = await hub();
    const settings = await machine({ hubUrl: server.url });
    await rm(runtimeIn(settings.modelsFolder), { recursive: true });
    for (const [name, value] of Object.entries(await npmEnvironment(await deadUrl()))) vi.stubEnv(name, value);

    const { lines } = await choose(settings);

    expect(lines).toEqual([
      expect.stringMatching(/can't be had from here: npm: .*ECONNREFUSED.*; the built-in planner/),
    ]);
    expect((await readdir(settings.modelsFolder)).filter((name) => name !== ".runtime")).toEqual([]);
  },
);

test("the echo of a Ctrl-C does not end the program, a later one does", async () => {
  vi.useFakeTimers();
  try {
    const before = process.listenerCount("SIGINT");
    await skippable(async (signal) => {
      process.emit("SIGINT");
      expect(signal.aborted).toBe(true);
    });
    expect(process.listenerCount("SIGINT")).toBe(before + 1);
    vi.advanceTimersByTime(1000);
    expect(process.listenerCount("SIGINT")).toBe(before);
    await skippable(() => Promise.resolve());
    expect(process.listenerCount("SIGINT")).toBe(before);
  } finally {
    vi.useRealTimers();
  }
});
