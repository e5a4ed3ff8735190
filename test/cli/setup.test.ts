/** Does the set-up install what is missing, once, leave alone what is there, and say clearly when it can't? */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runProgram } from "./run-program.ts";

const sources = path.resolve(import.meta.dirname, "../../src/cli");
/** Nobody listens there, so that what is not in the folder can't be had. */
const nowhere = { npm_config_registry: "http://127.0.0.1:9", npm_config_fetch_retries: "0", npm_lifecycle_event: "" };

let root = "";

function writeJson(file: string, value: unknown): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), JSON.stringify(value, null, 2));
}

/** A project with one dependency, which lies in the project itself. */
function writeProject(dependencies: Record<string, string>, locked: Record<string, unknown>): void {
  writeJson("package.json", { name: "sample", version: "1.0.0", type: "module", dependencies });
  writeJson("package-lock.json", {
    name: "sample",
    version: "1.0.0",
    lockfileVersion: 3,
    requires: true,
    packages: { "": { name: "sample", version: "1.0.0", dependencies }, ...locked },
  });
}

const local = {
  "node_modules/near": { resolved: "near", link: true },
  near: { version: "1.2.3" },
};

const setUp = () => runProgram(process.execPath, [path.join(root, "src/cli/setup.mjs")], { env: nowhere });

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "tutti-setup-test-")));
  cpSync(sources, path.join(root, "src/cli"), { recursive: true });
  writeJson("near/package.json", { name: "near", version: "1.2.3" });
  writeProject({ near: "file:near" }, local);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("setup", () => {
  it("installs what is missing, and then does and says nothing", async () => {
    const first = await setUp();
    expect(first).toMatchObject({ code: 0, output: "" });
    expect(first.errors).toMatch(
      /^Installing dependencies \(about \d+ MB, once\) \.\.\.\nDependencies installed in \d+ s\.\n$/,
    );
    expect(existsSync(path.join(root, "node_modules/near/package.json"))).toBe(true);
    expect(await setUp()).toEqual({ code: 0, signal: null, output: "", errors: "" });
  });

  it("installs again when the lockfile asks for something else", async () => {
    await setUp();
    writeJson("other/package.json", { name: "other", version: "1.0.0" });
    writeProject(
      { near: "file:near", other: "file:other" },
      { ...local, "node_modules/other": { resolved: "other", link: true }, other: { version: "1.0.0" } },
    );
    expect((await setUp()).errors).toContain("Installing dependencies");
    expect(existsSync(path.join(root, "node_modules/other/package.json"))).toBe(true);
  });

  it("lets one install where two start at once", async () => {
    const both = await Promise.all([setUp(), setUp()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ errors }) => errors.includes("Installing dependencies"))).toHaveLength(1);
  });

  it("takes over from a set-up that was killed", async () => {
    const name = createHash("sha256").update(root).digest("hex").slice(0, 16);
    const lock = path.join(os.tmpdir(), `tutti-setup-${os.userInfo().uid}-${name}`);
    mkdirSync(lock);
    // Above any process id that the system gives.
    writeFileSync(path.join(lock, "holders"), String(2 ** 30));
    expect(await setUp()).toMatchObject({ code: 0 });
    expect(existsSync(lock)).toBe(false);
  });

  it("falls back to npm install where npm ci refuses the lockfile, without changing it", async () => {
    // An optional package that the lockfile does not hold, as for platforms that a registry leaves out.
    writeJson("near/package.json", {
      name: "near",
      version: "1.2.3",
      optionalDependencies: { absent: "file:../absent" },
    });
    const before = readFileSync(path.join(root, "package-lock.json"), "utf8");
    expect(await setUp()).toMatchObject({ code: 0 });
    expect(existsSync(path.join(root, "node_modules/near/package.json"))).toBe(true);
    expect(readFileSync(path.join(root, "package-lock.json"), "utf8")).toBe(before);
    expect(await setUp()).toMatchObject({ code: 0, errors: "" });
  });

  it("fails with npm's own words where something can't be had", async () => {
    const absent = "tutti-test-absent";
    writeProject(
      { [absent]: "1.0.0" },
      { [`node_modules/${absent}`]: { version: "1.0.0", resolved: `http://127.0.0.1:9/${absent}-1.0.0.tgz` } },
    );
    const ended = await setUp();
    expect(ended.code).toBe(1);
    expect(ended.errors).toContain("ECONNREFUSED");
    expect(ended.errors.trimEnd().split("\n").at(-1)).toBe(
      "The dependencies could not be installed; npm's words are above.",
    );
  });

  it("says that npm is missing where it is", async () => {
    const ended = await runProgram(process.execPath, [path.join(root, "src/cli/setup.mjs")], { env: { PATH: root } });
    expect(ended.code).toBe(1);
    expect(ended.errors).toContain("npm can't be started");
  });
});
