/** Doubt: that an image made of the Dockerfile would hold what Tutti needs, run without rights, and be asked how it is. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { describeSettings } from "../../src/config.ts";
import { composeFile, root } from "./compose-file.ts";

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(join(root, file), "utf8");
  return text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

/** Every stage with its instructions; the first is FROM. */
async function stages(): Promise<Instruction[][]> {
  const whole = (await linesOf("Dockerfile")).join("\n").replaceAll(/\\\n\s*/g, "");
  const found: Instruction[][] = [];
  for (const line of whole.split("\n")) {
    const [, word = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (word === "FROM") found.push([]);
    found.at(-1)?.push({ word, rest });
  }
  return found;
}

const [build = [], final = []] = await stages();
const all = (stage: readonly Instruction[], word: string) =>
  stage.filter((each) => each.word === word).map(({ rest }) => rest);
const wordsSchema = z.array(z.string());

describe("the Dockerfile", () => {
  test("has two stages on one Node, which is new enough, of a fixed release", async () => {
    expect(await stages()).toHaveLength(2);
    const bases = [build, final].map((stage) => all(stage, "FROM")[0]?.split(" ")[0]);
    expect(new Set(bases)).toEqual(new Set(["node:24-bookworm-slim"]));
  });

  test("every path that it copies is there, and let in by .dockerignore; nothing else is", async () => {
    const copied = [...all(build, "COPY"), ...all(final, "COPY")]
      .filter((rest) => !rest.startsWith("--from="))
      .flatMap((rest) => rest.split(" ").slice(0, -1));
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) expect(existsSync(join(root, path)), path).toBe(true);
    const [first, ...letIn] = await linesOf(".dockerignore");
    expect(first).toBe("*");
    expect(letIn.toSorted()).toEqual(copied.map((path) => `!${path}`).toSorted());
  });

  test("all that TypeScript builds from is in the build stage", async () => {
    const { include } = z
      .looseObject({ include: wordsSchema })
      .parse(JSON.parse(await readFile(join(root, "tsconfig.build.json"), "utf8")));
    expect(all(build, "COPY").join(" ").split(" ")).toEqual(expect.arrayContaining(include));
  });

  test("no install script runs, and no libraries for GPUs are fetched", () => {
    expect(all(build, "ENV")).toContain("ONNXRUNTIME_NODE_INSTALL=skip");
    const calls = all(build, "RUN").join(" && ").split(" && ");
    const installs = calls.filter((call) => /^npm (install|ci|prune)/.test(call.trim()));
    expect(installs).toHaveLength(2);
    for (const call of installs) expect(call).toContain("--ignore-scripts");
  });

  test("runs as a user without rights, who owns the data", () => {
    const user = final.findLastIndex(({ word }) => word === "USER");
    expect(final[user]?.rest).toBe("node");
    expect(final.findIndex(({ word, rest }) => word === "RUN" && rest.includes("chown node:node /data"))).toBeLessThan(
      user,
    );
    const volume = final.findIndex(({ word, rest }) => word === "VOLUME" && rest === "/data");
    expect(volume).toBeGreaterThan(user);
    expect(final.slice(user).some(({ word }) => word === "RUN")).toBe(false);
  });

  test("starts what the build makes, with settings that Tutti knows", async () => {
    const [, entry = ""] = wordsSchema.parse(JSON.parse(all(final, "ENTRYPOINT")[0] ?? ""));
    const source = entry.replace(/^\/app\/dist\//, "").replace(/\.js$/, ".ts");
    expect(existsSync(join(root, source)), entry).toBe(true);
    expect(JSON.parse(all(final, "CMD")[0] ?? "")).toEqual(["serve"]);
    const names = all(final, "ENV").flatMap((rest) => rest.split(" ").map((pair) => pair.split("=")[0] ?? ""));
    const known = [...describeSettings().map(([name]) => name), "NODE_ENV"];
    for (const name of names) expect(known).toContain(name);
  });
});

describe("asking how it is", () => {
  async function ask(command: readonly string[], status: number, path: string): Promise<number> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(status).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const [program, ...args] = command;
    expect(program).toBe("node");
    const here = args.map((word) => word.replace("127.0.0.1:8080", `127.0.0.1:${port}`));
    const code = await promisify(execFile)(process.execPath, here, { env: { PORT: String(port) } }).then(
      () => 0,
      (error: { code: number }) => error.code,
    );
    expect(asked).toEqual([path]);
    return code;
  }

  test("the image's own question works, whatever the answer", async () => {
    const [, words = ""] = / CMD (.*)$/.exec(all(final, "HEALTHCHECK")[0] ?? "") ?? [];
    const command = wordsSchema.parse(JSON.parse(words));
    expect(await ask(command, 200, "/healthz")).toBe(0);
    expect(await ask(command, 503, "/healthz")).toBe(1);
  });

  test("so does the one of docker-compose.yml", async () => {
    const [how, ...command] = (await composeFile()).services["api"]?.healthcheck?.test ?? [];
    expect(how).toBe("CMD");
    expect(await ask(command, 200, "/readyz")).toBe(0);
    expect(await ask(command, 503, "/readyz")).toBe(1);
  });
});
