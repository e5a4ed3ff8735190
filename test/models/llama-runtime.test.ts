/**
 * A sceptic would doubt that the runtime comes from the registry that this machine uses, whole or not at all, without
 * running anybody's scripts, and that it is found afterwards though it is installed nowhere near the program.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, utimes } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  hasLlamaRuntime,
  installLlamaRuntime,
  llamaRuntime,
  reachLlamaRuntime,
} from "../../src/models/llama-runtime.ts";
import { runProgram } from "../cli/run-program.ts";
import { npmEnvironment, startNpmRegistry, type MadePackage } from "./npm-registry.ts";
import { deadUrl, newFolder, serve } from "./served-model.ts";

const [name = "", version = ""] = llamaRuntime.name.split(" ");
const binaries: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-arm64": "mac-arm64-metal",
};
const binary = binaries[`${process.platform}-${process.arch}`];
/** With one installed in the project, nothing of this is used. */
const canRun = binary !== undefined && !hasLlamaRuntime("/no/such/folder");
const evil = { scripts: { install: "node -e \"require('fs').writeFileSync('ran', '')\"" } };
const packages: readonly MadePackage[] = [
  {
    name,
    version,
    manifest: {
      type: "module",
      exports: "./index.js",
      optionalDependencies: { "@node-llama-cpp/huge": version },
      ...evil,
    },
    files: { "index.js": `export const found = "beside the models";` },
  },
  { name: `@node-llama-cpp/${binary}`, version },
  { name: "@node-llama-cpp/huge", version },
];
const never = new AbortController().signal;
const runtimeFolder = (folder: string): string => path.join(folder, ".runtime", `${name}-${version}`);

let folder = "";
beforeEach(async () => {
  folder = await newFolder();
});
afterEach(() => vi.unstubAllEnvs());

function useEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
}

test.runIf(canRun)("it comes from the configured registry, in one piece, and a program finds it", async () => {
  const registry = await startNpmRegistry(packages);
  useEnvironment(registry.environment);
  // Left by an installation that was killed long ago, and by one that may still be going on.
  const [old, young] = ["old", "young"].map((end) => `${runtimeFolder(folder)}.partial-${end}`) as [string, string];
  await Promise.all([old, young].map((place) => mkdir(place, { recursive: true })));
  await utimes(old, 0, 0);
  expect(hasLlamaRuntime(folder)).toBe(false);

  await reachLlamaRuntime(never);
  await installLlamaRuntime(folder, never);

  expect(hasLlamaRuntime(folder)).toBe(true);
  expect((await readdir(path.join(folder, ".runtime"))).toSorted()).toEqual([
    path.basename(runtimeFolder(folder)),
    path.basename(young),
  ]);
  const installed = path.join(runtimeFolder(folder), "node_modules");
  expect(existsSync(path.join(installed, name, "ran"))).toBe(false);
  expect(await readdir(path.join(installed, "@node-llama-cpp"))).toEqual([binary]);
  expect(registry.requests.map(({ path: asked }) => asked).join(" ")).not.toMatch(/huge\S*tgz/);

  const program = `
    const { useLlamaRuntime } = await import(${JSON.stringify(path.join(import.meta.dirname, "../../src/models/llama-runtime.ts"))});
    const before = await import("${name}").catch(({ code }) => code);
    useLlamaRuntime(${JSON.stringify(folder)});
    console.log(before, (await import("${name}")).found);`;
  const { output, errors } = await runProgram(process.execPath, ["--input-type=module", "-e", program]);
  expect(output, errors).toBe("ERR_MODULE_NOT_FOUND beside the models\n");
});

test.runIf(canRun)("a registry that fails half way leaves nothing, and npm's reason is told", async () => {
  const registry = await startNpmRegistry(packages);
  useEnvironment(registry.environment);
  delete registry.files[`/${name}-${version}.tgz`];

  await expect(installLlamaRuntime(folder, never)).rejects.toMatchObject({
    name: "SourceFault",
    message: expect.stringMatching(/^npm: Not Found/),
  });
  expect(hasLlamaRuntime(folder)).toBe(false);
  expect(await readdir(path.join(folder, ".runtime"))).toEqual([]);
});

test.runIf(canRun).each([
  ["at which nobody listens", 20_000, async () => npmEnvironment(await deadUrl()), /^npm: .*ECONNREFUSED/],
  [
    "that says nothing",
    400,
    async () =>
      npmEnvironment((await serve({ [`/@node-llama-cpp%2f${binary}`]: { bytes: Buffer.alloc(1), silent: true } })).url),
    /^npm: .*timeout/,
  ],
  ["without it", 20_000, async () => (await startNpmRegistry([])).environment, /^npm: Not Found/],
])("a registry %s is told before anything is downloaded", async (_, limitMs, environment, reason) => {
  useEnvironment(await environment());
  await expect(reachLlamaRuntime(never, limitMs)).rejects.toThrow(reason);
});

test.runIf(canRun)("an abort ends npm, and nothing stays", async () => {
  const registry = await startNpmRegistry(packages);
  useEnvironment(registry.environment);
  const tarball = `/${name}-${version}.tgz`;
  registry.files[tarball] = { bytes: Buffer.alloc(1), silent: true };
  const stop = new AbortController();
  const installing = installLlamaRuntime(folder, stop.signal).catch((error: unknown) => error);
  await expect
    .poll(() => registry.requests.some(({ path: asked }) => asked === tarball), { timeout: 20_000 })
    .toBe(true);

  stop.abort(new Error("no longer wanted"));

  expect(await installing).toMatchObject({ message: "no longer wanted" });
  expect(await readdir(path.join(folder, ".runtime"))).toEqual([]);
});
