/** Does the first thing that a stranger runs work, and is what it says true? */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import sharp from "sharp";
import { verifies } from "./requirements.ts";
import { removeFolder, spawnTutti, temporaryFolder } from "./server.ts";

let folder = "";
let code: unknown;
let output = "";

async function tutti(args: readonly string[], dataFolder: string): Promise<{ code: unknown; output: string }> {
  const { child, output: written } = spawnTutti(args, { TUTTI_DATA: dataFolder });
  return { code: await new Promise((resolve) => child.once("close", resolve)), output: written() };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  ({ code, output } = await tutti(["demo", "--lite"], folder));
}, 90_000);

afterAll(() => removeFolder(folder));

describe("the demo", () => {
  it(verifies("demo:runs"), () => {
    expect(code, output).toBe(0);
    for (const part of ["Request", "The plan", "Running", "The graph as it ran", "Answer", "Files"]) {
      expect(output).toContain(part);
    }
    expect(output).toMatch(/coffee\.png: .*cup.* \[t\d\]/);
    expect(output).toMatch(/chelsea\.png shows: .*cat.* \[t\d\]/);
    expect(output).toMatch(/tone of .*: .*positive.* \[t\d\]/i);
  });

  it(verifies("demo:files-open"), async () => {
    const outputs = join(folder, "demo", "outputs");
    const files = readdirSync(outputs);
    const picture = files.find((file) => file.endsWith(".png")) ?? "";
    const { width } = await sharp(join(outputs, picture)).metadata();
    expect(width).toBe(600);
    const wav = readFileSync(join(outputs, files.find((file) => file.endsWith(".wav")) ?? ""));
    expect(wav.subarray(0, 4).toString() + wav.subarray(8, 12).toString()).toBe("RIFFWAVE");
  });

  it(verifies("cli:runs"), async () => {
    const data = join(folder, "demo");
    const list = await tutti(["runs", "list"], data);
    const [id = ""] = list.output.split(" ");
    expect(list.output).toMatch(/^r\w+ +succeeded .*Find the objects/);
    expect((await tutti(["runs", "show", id], data)).output).toContain("object-detection");
    expect((await tutti(["runs", "graph", id, "--format", "mermaid"], data)).output).toMatch(/^flowchart TD/);
    const none = await tutti(["runs", "show", "nope"], data);
    expect(none.code).toBe(1);
    expect(none.output).toMatch(/there is no run nope/);
  });
});
