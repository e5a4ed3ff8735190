/** Does `tutti` run wherever it is called from, on whatever Node, and does its caller see how it ended? */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { verifies } from "../e2e/requirements.ts";
import { runProgram } from "./run-program.ts";

const root = path.resolve(import.meta.dirname, "../..");
const fittingNode = pathToFileURL(path.join(root, "src/cli/fitting-node.mjs")).href;
const { fits } = (await import(fittingNode)) as { fits: (version: string) => boolean };

/** The machine's own Node, where it is too old for Tutti. */
const oldNode = (process.env["PATH"] ?? "")
  .split(path.delimiter)
  .filter((folder) => !folder.includes("node_modules"))
  .map((folder) => path.join(folder, "node"))
  .filter((candidate) => existsSync(candidate))
  .find((candidate) => !fits(execFileSync(candidate, ["--version"], { encoding: "utf8" }).trim()));

/** What an installed Tutti's main program is replaced by, to see what reaches it and what comes of its end. */
const standIn = `
const [what, ...rest] = process.argv.slice(2);
if (what === "exit") process.exit(Number(rest[0]));
if (what === "die") process.kill(process.pid, rest[0]);
if (what === "say") console.log(JSON.stringify({ rest, version: process.version }));
if (what === "serve") {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) {
    process.on(signal, () => { console.log("drained after " + signal); process.exit(7); });
  }
  console.log("serving");
  setInterval(() => {}, 1000);
}
if (what === "die") setInterval(() => {}, 1000);
`;

let folder = "";
/** The command of Tutti as an installed package, with a stand-in for its built program. */
let installed = "";
/** The same, without a Node of its own. */
let bare = "";

function installPackage(at: string): string {
  const home = path.join(folder, at, "node_modules", "tutti");
  cpSync(path.join(root, "src/cli"), path.join(home, "src/cli"), { recursive: true });
  mkdirSync(path.join(home, "dist/src/cli"), { recursive: true });
  writeFileSync(path.join(home, "package.json"), JSON.stringify({ name: "tutti", type: "module" }));
  writeFileSync(path.join(home, "dist/src/cli/main.js"), standIn);
  return path.join(home, "src/cli/bootstrap.mjs");
}

beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "tutti bootstrap ")));
  installed = installPackage("app");
  bare = installPackage("bare");
  symlinkSync(path.join(root, "node_modules/node"), path.join(folder, "app/node_modules/node"));
  symlinkSync(path.join(root, "src/cli/bootstrap.mjs"), path.join(folder, "tutti"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nodes: [which: string, node: string | undefined][] = [
  ["a fitting Node", process.execPath],
  ["a Node that is too old (skipped where the machine has none)", oldNode],
];

describe.each(nodes)(`${verifies("cli:old-node")}: tutti on %s`, (_, node = "") => {
  it.skipIf(node === "")("runs from a checkout through a symlink that lies elsewhere", async () => {
    const ended = await runProgram(node, [path.join(folder, "tutti"), "--version"], { cwd: folder });
    expect(ended).toEqual({ code: 0, signal: null, output: `tutti ${packageJson.version}\n`, errors: "" });
  });

  it.skipIf(node === "")(
    "runs the build of an installed package on a fitting Node, with the arguments as they are",
    async () => {
      const odd = ["--flag=1", "two words", "", '"quoted" $HOME *'];
      const { output } = await runProgram(node, [installed, "say", ...odd], { cwd: folder });
      const { rest, version } = JSON.parse(output) as { rest: string[]; version: string };
      expect(rest).toEqual(odd);
      expect(fits(version)).toBe(true);
    },
  );

  it.skipIf(node === "").each([0, 1, 7, 130])("ends with the program's exit code %d", async (code) => {
    expect(await runProgram(node, [installed, "exit", String(code)])).toMatchObject({ code, signal: null });
  });

  it.skipIf(node === "").each(["SIGKILL", "SIGTERM"] as const)("dies of %s where the program did", async (signal) => {
    expect(await runProgram(node, [installed, "die", signal])).toMatchObject({ code: null, signal });
  });

  it.skipIf(node === "").each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "passes %s on, and waits for the program to drain",
    async (signal) => {
      const ended = await runProgram(node, [installed, "serve"], { onOutput: (child) => child.kill(signal) });
      expect(ended).toMatchObject({ code: 7, output: `serving\ndrained after ${signal}\n` });
    },
  );
});

describe("without a fitting Node", () => {
  it.skipIf(oldNode === undefined)(
    "says in one line what is needed (skipped where the machine's Node fits)",
    async () => {
      const ended = await runProgram(oldNode ?? "", [bare, "say"]);
      expect(ended).toMatchObject({ code: 1, output: "" });
      expect(ended.errors.trim().split("\n")).toHaveLength(1);
      expect(ended.errors).toMatch(/Node 22\.18 or newer is needed, and this is v\d+.*npm install/);
    },
  );

  it("says so when the package came without its build", async () => {
    rmSync(path.join(path.dirname(bare), "../../dist"), { recursive: true });
    const ended = await runProgram(process.execPath, [bare, "say"]);
    expect(ended.code).toBe(1);
    expect(ended.errors).toMatch(/^tutti: .*main\.js is missing: the package is incomplete, install it again\.\n$/);
  });
});

it.each([
  ["v18.0.0", false],
  ["v20.20.2", false],
  ["v22.17.9", false],
  ["v22.18.0", true],
  ["v23.5.0", false],
  ["v23.6.0", true],
  ["v24.0.0", true],
  ["v25.1.0-nightly2026", true],
  ["v100.0.0", true],
])("knows whether Node %s fits", (version, expected) => {
  expect(fits(version)).toBe(expected);
});
