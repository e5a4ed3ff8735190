/** Does an import ask the hub, tell what it leaves out, register the rest, and touch nothing in a dry run? */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { importExperts } from "../../../src/cli/experts/import.ts";
import type { RunningServer } from "../../../src/cli/experts/running-server.ts";
import { TuttiError } from "../../../src/errors.ts";
import { expertViewSchema } from "../../../src/http/schemas-catalogue.ts";
import type { Registration } from "../../../src/registry/registration.ts";
import { makeFolder, startExpert } from "../../tools/providers/http/connect-http.ts";

type Register = RunningServer["register"];

let out: string[];
let told: string[];
beforeEach(() => {
  out = [];
  told = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void out.push(line));
  vi.spyOn(console, "error").mockImplementation((line: string) => void told.push(line));
});

/** What a server was asked to register. */
function startRegister(answer: (registration: Registration) => void = () => {}) {
  const asked: { registration: Registration; options: Parameters<Register>[1] }[] = [];
  const register: Register = (given, options) => {
    const registration = given as Registration;
    asked.push({ registration, options });
    answer(registration);
    const { id, version, title, merit } = registration;
    const card = { id, version, title, merit, task: "summarization", provider: "huggingface", model: id } as const;
    const rest = { lane: "remote", runtime: "huggingface", pure: false, effects: "none", quality: "" } as const;
    const limits = { timeoutMs: 1, concurrency: 1, memoryMiB: 1 };
    return Promise.resolve(
      expertViewSchema.parse({ ...card, ...rest, limits, licence: { code: "x" }, available: true }),
    );
  };
  return { server: { register }, asked };
}

const config = (hubUrl: string, offline = false) => ({
  hubUrl,
  offline,
  llm: { keys: { huggingface: "hf_abcdefgh" } },
});

async function fileOf(...lines: unknown[]): Promise<string> {
  const path = join(await makeFolder(), "models.jsonl");
  await writeFile(path, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return path;
}

const good = { id: "acme/a", task: "summarization", license: "mit" };

describe("by name", () => {
  it("asks the hub for each model, and registers what it says", async () => {
    const { url, received } = await startExpert(({ path }) =>
      path.startsWith("/api/models/acme/a?")
        ? { body: { id: "acme/a", pipeline_tag: "summarization", tags: ["license:mit"], inferenceProviderMapping: [] } }
        : { status: 404, body: { error: "Repository not found" } },
    );
    const { server, asked } = startRegister();
    expect(await importExperts(["huggingface", "acme/a", "acme/none"], config(url), server)).toBe(1);
    expect(asked.map(({ registration }) => registration.id)).toEqual(["huggingface/acme/a"]);
    expect(asked[0]?.options).toEqual({ replace: false, unverified: false, trial: true });
    expect(received[0]).toMatchObject({
      path: expect.stringContaining("expand[]=inferenceProviderMapping"),
      headers: { authorization: "Bearer hf_abcdefgh" },
    });
    expect(told.join("\n")).toContain("no provider runs it now");
    expect(told.join("\n")).toMatch(/acme\/none: .*there is no model/);
  });

  it("asks nobody where nothing may be asked", async () => {
    await expect(
      importExperts(["huggingface", "a/b"], config("http://127.0.0.1:9", true), startRegister().server),
    ).rejects.toThrow("TUTTI_OFFLINE");
  });

  it.each([[[]], [["huggingface"]], [["other", "a/b"]], [["huggingface", "a/b", "--from", "x"]]])(
    "takes no less and no more than it needs: %j",
    async (argv) => {
      await expect(importExperts(argv, config("http://x"), startRegister().server)).rejects.toThrow("--help");
    },
  );
});

describe("from a file", () => {
  it("registers all at once without a trial, and tells what it leaves out", async () => {
    const file = await fileOf(
      good,
      "{",
      good,
      { ...good, id: "acme/b", license: null },
      { id: "c", task: "depth-estimation" },
    );
    const { server, asked } = startRegister();
    expect(await importExperts(["huggingface", "--from", file], config("http://x"), server)).toBe(0);
    expect(asked.map(({ registration }) => registration.id)).toEqual(["huggingface/acme/a", "huggingface/acme/b"]);
    expect(asked[0]?.options.trial).toBe(false);
    const words = told.join("\n");
    expect(words).toContain("5 lines: 2 models to register, 1 of them without a licence");
    expect(words).toContain("acme/a, of line 1: line 3");
    expect(words).toContain("depth-estimation: line 5");
  });

  it("says what was there already, and what failed", async () => {
    const cards = ["a", "b", "c"].map((name) => ({ ...good, id: `acme/${name}` }));
    const { server } = startRegister(({ id }) => {
      if (id.endsWith("a")) throw new TuttiError("expert-exists", "there already");
      if (id.endsWith("b")) throw new TuttiError("invalid-request", "no such thing");
    });
    expect(await importExperts(["huggingface", "--from", await fileOf(...cards)], config("http://x"), server)).toBe(1);
    expect(out.at(-1)).toContain("1 registered, 1 there already, 1 failed");
    expect(told.join("\n")).toContain("huggingface/acme/b: no such thing");
  });

  it("stops where no server answers", async () => {
    const cards = Array.from({ length: 50 }, (_, at) => ({ ...good, id: `acme/${at}` }));
    const { server, asked } = startRegister(() => {
      throw new TuttiError("unavailable", "no Tutti answers");
    });
    await expect(
      importExperts(["huggingface", "--from", await fileOf(...cards)], config("http://x"), server),
    ).rejects.toThrow("no Tutti answers");
    expect(asked.length).toBeLessThan(10);
  });

  it("registers nothing in a dry run, which may be read by add", async () => {
    const file = await fileOf(good);
    const { server, asked } = startRegister();
    expect(
      await importExperts(["huggingface", "--from", file, "--dry-run", "--json"], config("http://x"), server),
    ).toBe(0);
    expect(await importExperts(["huggingface", "--from", file, "--dry-run"], config("http://x"), server)).toBe(0);
    expect(asked).toEqual([]);
    expect(JSON.parse(out[0] ?? "")).toMatchObject([{ id: "huggingface/acme/a", provider: "huggingface" }]);
    expect(out[1]).toMatch(/^summarization +huggingface\/acme\/a@1 .*mit.*merit 0\.30/);
  });
});
