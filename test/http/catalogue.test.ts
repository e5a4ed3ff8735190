/** Doubt: that the catalogue tells what works here and why the rest doesn't, and that ready means ready. */
import { describe, expect, test } from "vitest";
import {
  aliveSchema,
  expertListSchema,
  indexSchema,
  readinessSchema,
  taskListSchema,
  taskViewSchema,
} from "../../src/http/schemas-catalogue.ts";
import { Registry } from "../../src/registry/registry.ts";
import type { Health, MeritSummary } from "../../src/tutti.ts";
import { listTask, scriptedCard, textTask } from "../fakes/scripted-experts.ts";
import { problemOf, serve } from "./serve.ts";

const lonely = { ...textTask, id: "whisper", title: "Whisper" };
const registry = new Registry(
  [textTask, listTask, lonely],
  [
    { card: scriptedCard("builtin/loud", textTask) },
    { card: scriptedCard("builtin/louder", textTask), unavailable: "the model is missing: npm install loud" },
    { card: scriptedCard("builtin/split", listTask), unavailable: "no command split: apt install split" },
  ],
);
const served = { waiting: 2, delayed: 1, active: 3, workers: 1 };
const health: Health = {
  planner: "builtin@1",
  languageModel: "none (TUTTI_LLM names one)",
  accepting: true,
  problems: [],
  lanes: { control: served, cpu: served },
  tasks: registry.tasks,
  experts: registry.experts,
};
const measured: MeritSummary = {
  calls: 119.96,
  successShare: 0.98123456,
  p50Ms: 210.04,
  p95Ms: 410,
  queueMs: 12.345,
  cost: 0.0012345678,
  failedInRow: 3,
  state: "open",
  lastError: { code: "timeout", message: "letter-to-alice.png took too long", at: 1_760_000_000_000 },
};
const script = {
  health: async () => health,
  experts: async () => registry.experts,
  merits: async () => new Map([["builtin/loud@1.0.0", measured]]),
};

describe("tasks and experts", () => {
  test("all tasks, each with who does it", async () => {
    const { fetch } = await serve(script);
    const { tasks } = taskListSchema.strict().parse(await (await fetch("/v1/tasks")).json());
    expect(tasks.map(({ id, available, experts }) => [id, available, experts.length])).toEqual([
      ["shout", true, 2],
      ["split", false, 1],
      ["whisper", false, 0],
    ]);
    expect(tasks[1]?.unavailable).toContain("apt install split");
    expect(tasks[2]?.unavailable).toContain("no expert");
  });

  test("one task", async () => {
    const { fetch } = await serve(script);
    const task = taskViewSchema.strict().parse(await (await fetch("/v1/tasks/shout")).json());
    expect(task).toMatchObject({ id: "shout", inputs: { text: { type: "text" } }, available: true });
    expect(task.experts[1]).toMatchObject({ id: "builtin/louder", available: false });
  });

  test.each(["sing", "constructor", "__proto__", "sh%6Fut2"])("no such task: %s", async (id) => {
    const { fetch } = await serve(script);
    const problem = await problemOf(await fetch(`/v1/tasks/${id}`));
    expect(problem).toMatchObject({ status: 404, code: "unknown-task" });
    expect(problem.detail).toContain("/v1/tasks");
  });

  test("experts page by page, and those of one task", async () => {
    const { fetch } = await serve(script);
    const namesAt = async (path: string): Promise<readonly [readonly string[], string | undefined]> => {
      const { experts, next } = expertListSchema.strict().parse(await (await fetch(path)).json());
      return [experts.map(({ id }) => id), next];
    };
    const [first, next = ""] = await namesAt("/v1/experts?limit=2");
    expect(first).toEqual(["builtin/loud", "builtin/louder"]);
    expect(await namesAt(next)).toEqual([["builtin/split"], undefined]);
    expect(await namesAt("/v1/experts?task=split&limit=1")).toEqual([["builtin/split"], undefined]);
    expect(await namesAt("/v1/experts?task=sing")).toEqual([[], undefined]);
    for (const query of ["limit=0", "limit=1001", "limit=x", "after=acme/gone@1"]) {
      expect(await problemOf(await fetch(`/v1/experts?${query}`))).toMatchObject({
        status: 400,
        code: "invalid-request",
      });
    }
  });

  test("all experts, with their cards", async () => {
    const { fetch } = await serve(script);
    const { experts } = expertListSchema.strict().parse(await (await fetch("/v1/experts")).json());
    expect(experts.map(({ id, available }) => [id, available])).toEqual([
      ["builtin/loud", true],
      ["builtin/louder", false],
      ["builtin/split", false],
    ]);
    expect(experts[0]).toMatchObject({ quality: "Does what a test says.", licence: { code: "MIT" } });
  });

  test("how their calls went; what was said of a failure, to admins alone", async () => {
    const { fetch } = await serve(script, { adminToken: "right-token" });
    const ask = async (path: string, token: string): Promise<unknown> =>
      (await fetch(path, { headers: { authorization: `Bearer ${token}` } })).json();
    const shown = {
      calls: 120,
      successShare: 0.9812,
      p50Ms: 210,
      p95Ms: 410,
      queueMs: 12.3,
      cost: 0.001235,
      failedInRow: 3,
      state: "open",
      lastError: { code: "timeout", at: "2025-10-09T08:53:20.000Z" },
    };
    const { experts } = expertListSchema.strict().parse(await ask("/v1/experts", "wrong-token"));
    expect(experts.map((expert) => expert.measured)).toEqual([shown, undefined, undefined]);
    expect(await ask("/v1/experts/builtin%2Floud", "right-token")).toMatchObject({
      measured: { ...shown, lastError: { ...shown.lastError, message: "letter-to-alice.png took too long" } },
    });
  });
});

describe("health", () => {
  test("alive needs nothing", async () => {
    const { fetch, tutti } = await serve();
    expect(aliveSchema.parse(await (await fetch("/healthz")).json())).toEqual({ status: "alive" });
    expect(tutti.calls).toEqual([]);
  });

  test("ready says which tasks work, and why the others don't", async () => {
    const { fetch } = await serve(script);
    const response = await fetch("/readyz");
    expect(response.status).toBe(200);
    expect(readinessSchema.strict().parse(await response.json())).toEqual({
      ready: true,
      warnings: [],
      planner: "builtin@1",
      languageModel: "none (TUTTI_LLM names one)",
      lanes: { control: served, cpu: served },
      tasks: {
        available: ["shout"],
        unavailable: [
          { id: "split", reason: expect.stringContaining("apt install split") },
          { id: "whisper", reason: expect.stringContaining("no expert") },
        ],
      },
    });
  });

  test.each<[string, Partial<Health>, string]>([
    ["while it drains", { accepting: false }, "draining"],
    ["while Redis is unfit", { problems: ["Redis is full: raise it.", "Set noeviction."] }, "full: raise it. Set noev"],
    ["when nobody can do anything", { tasks: registry.tasks.slice(1) }, "no task"],
  ])("not ready %s", async (_name, change, word) => {
    const { fetch } = await serve({ health: async () => ({ ...health, ...change }) });
    const response = await fetch("/readyz");
    expect(response.status).toBe(503);
    const readiness = readinessSchema.strict().parse(await response.json());
    expect(readiness.ready).toBe(false);
    expect(readiness.reason).toContain(word);
  });
});

describe("lanes", () => {
  const unserved = { waiting: 2, delayed: 1, active: 0, workers: 0 };
  const idle = { ...unserved, waiting: 0, delayed: 0 };
  const away = [{ card: { ...scriptedCard("builtin/away", textTask), lane: "gpu" as const }, unavailable: "no GPU" }];

  test.each<[string, Partial<Health>, readonly RegExp[]]>([
    ["an expert would be there to do the work", { lanes: { control: served, cpu: idle } }, [/lane cpu, where 0 wait/]],
    ["nobody plans", { lanes: { control: idle, cpu: served } }, [/lane control/]],
    ["something waits there", { lanes: { gpu: unserved } }, [/lane gpu, where 3 wait/]],
    ["not where none is needed", { lanes: { gpu: idle, remote: idle } }, []],
    ["nor where its experts can't be used", { lanes: { gpu: idle }, experts: away }, []],
  ])("ready, and warns of a lane without workers: %s", async (_name, change, warnings) => {
    const { fetch } = await serve({ health: async () => ({ ...health, ...change }) });
    const response = await fetch("/readyz");
    expect(response.status).toBe(200);
    const readiness = readinessSchema.strict().parse(await response.json());
    expect(readiness.lanes).toEqual(change.lanes);
    expect(readiness.warnings).toEqual(warnings.map((words) => expect.stringMatching(words) as string));
  });
});

describe("GET /", () => {
  test("as text for people", async () => {
    const { fetch } = await serve();
    const response = await fetch("/");
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await response.text()).toContain("/docs");
  });

  test("as JSON for programs; every link leads somewhere", async () => {
    const { fetch } = await serve({ ...script, runs: async () => [] });
    const response = await fetch("/", { headers: { accept: "application/json" } });
    const { links } = indexSchema.strict().parse(await response.json());
    expect(Object.keys(links)).toContain("openapi");
    for (const path of Object.values(links)) expect((await fetch(path)).status).toBe(200);
  });
});
