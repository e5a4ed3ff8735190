/** Does the command line say what to do, in a sentence and with a fitting exit code, whatever it is called with? */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqliteRunStore } from "../../src/adapters/sqlite/run-store.ts";
import { RunBook } from "../../src/dispatch/run-book.ts";
import { verifies } from "../e2e/requirements.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";
import { runProgram } from "./run-program.ts";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");
const COMMANDS = ["serve", "ask", "plan", "runs", "experts", "eval", "demo"];
const LONG_AGO = Date.UTC(2020, 0, 1);

let folder = "";
let remove = (): Promise<void> => Promise.resolve();

beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
  const store = openSqliteRunStore({ file: join(folder, "runs.sqlite") });
  const book = new RunBook(store, () => LONG_AGO);
  const create = async (runId: string, words: string, at: number): Promise<void> => {
    const request = {
      messages: [{ role: "user" as const, content: [{ type: "text" as const, text: words }] }],
      options: {},
    };
    await book.create({ type: "create", at, runId, tenant: "default", request, deadlineAt: at + 1000, maxNodes: 9 });
    await book.change(runId, { type: "cancel", at: at + 1500, reason: "only a test" });
  };
  for (let index = 0; index < 1500; index += 1) await create(`rmany${index}`, `filler ${"x".repeat(100)}`, LONG_AGO);
  await create("rfirst", "the first", LONG_AGO + 10_000);
  await create("rfirst2", "the \u202Esecond", LONG_AGO + 20_000);
  await store.close();
});

afterAll(() => remove());

const tutti = (args: readonly string[], env: Record<string, string> = {}) =>
  runProgram(process.execPath, [MAIN, ...args], { env: { TUTTI_DATA: folder, NO_COLOR: "1", ...env } });

describe("help", () => {
  it("names every command and setting, and is no error", async () => {
    const { code, output, errors } = await tutti(["--help"]);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    for (const command of COMMANDS) expect(output).toMatch(new RegExp(`^  ${command} `, "m"));
    expect(output).toContain("TUTTI_DATA");
    expect((await tutti([])).output).toBe(output);
  });

  it("is there for every command, and does nothing else", async () => {
    const data = join(folder, "untouched");
    const helped = await Promise.all(COMMANDS.map((command) => tutti([command, "--help"], { TUTTI_DATA: data })));
    for (const { code, output, errors } of helped) {
      expect({ code, errors }).toEqual({ code: 0, errors: "" });
      expect(output).toMatch(/^Usage: /);
    }
    expect(existsSync(data)).toBe(false);
  });
});

describe("a wrong call", () => {
  it.each<[readonly string[], number, RegExp]>([
    [["conduct"], 2, /^tutti: there is no command conduct\. Try: tutti --help\n$/],
    [["serve", "now"], 2, /'now'.*tutti serve --help\n$/],
    [["runs", "list", "--limit", "many"], 1, /^tutti: --limit is a whole number.*many\n$/],
    [["runs", "show"], 1, /which run\?/],
    [["runs", "graph", "rfirst", "--format", "oil"], 1, /text, mermaid and json/],
    [["runs", "show", "nope"], 1, /no run nope; tutti runs list/],
    [["runs", "show", "rmany"], 1, /any of 1500 runs: rmany\d+, .*, …\n$/],
  ])("%j is told in one line, with what to do", async (args, exitCode, says) => {
    const { code, output, errors } = await tutti(args);
    expect({ code, output }).toEqual({ code: exitCode, output: "" });
    expect(errors).toMatch(says);
    expect(errors.trimEnd().split("\n")).toHaveLength(1);
  });

  it("with wrong settings, or without runs, is told as well", async () => {
    const wrong = await tutti(["serve"], { PORT: "eighty", TUTTI_LOG: "loud" });
    expect(wrong.code).toBe(1);
    expect(wrong.errors).toMatch(/^tutti: .*PORT="eighty".*TUTTI_LOG="loud".*\n$/);
    const none = await tutti(["runs", "list"], { TUTTI_DATA: join(folder, "empty") });
    expect(none).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^tutti: .*holds no runs.*TUTTI_DATA/) as string,
    });
  });

  it("with a file that can't be had is told before anything is done", async () => {
    const data = join(folder, "asked");
    const missing = await tutti(["plan", "look", join(folder, "no.png")], { TUTTI_DATA: data });
    expect(missing).toMatchObject({ code: 1, errors: `tutti: there is no file ${join(folder, "no.png")}\n` });
    await writeFile(join(folder, "page.html"), "<html></html>");
    const refused = await tutti(["plan", "look", join(folder, "page.html")], { TUTTI_DATA: data });
    expect(refused.code).toBe(1);
    expect(refused.errors).toMatch(/^tutti: page\.html is HTML.*Accepted are/);
  });
});

describe("runs", () => {
  it(verifies("cli:runs"), async () => {
    const { output: list } = await tutti(["runs", "list", "--limit", "2"]);
    expect(list.split("\n").filter((line) => line !== "")).toEqual([
      String.raw`rfirst2  canceled   2020-01-01T00:00:20.000Z     1.5 s  the \u{202e}second`,
      "rfirst  canceled   2020-01-01T00:00:10.000Z     1.5 s  the first",
    ]);
    const { output: shown } = await tutti(["runs", "show", "rfirst"]);
    expect(shown).toMatch(/^run rfirst · canceled/);
    expect(shown).toContain("canceled: only a test");
    const { output: graph } = await tutti(["runs", "graph", "rfirst2", "--format", "json"]);
    expect(JSON.parse(graph)).toMatchObject({ runId: "rfirst2", status: "canceled" });
  });

  it("may be read in part by who has seen enough", async () => {
    const child = spawn(process.execPath, [MAIN, "runs", "list", "--limit", "1500"], {
      env: { ...process.env, TUTTI_DATA: folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = once(child, "close");
    child.stdout.once("data", () => child.stdout.destroy());
    const errors = await text(child.stderr);
    expect(await ended).toEqual([0, null]);
    expect(errors).toBe("");
  });
});
