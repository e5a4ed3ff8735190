/** Doubt: that what is shown of a run is what is recorded, whole, and in the published shape. */
import { describe, expect, test } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import { graphSchema } from "../../src/http/schemas-graph.ts";
import { planViewSchema, runListSchema, runViewSchema } from "../../src/http/schemas-run.ts";
import type { RunHead } from "../../src/ports/run-store.ts";
import { viewValue } from "../../src/http/run-view.ts";
import { drive } from "../run/drive-run.ts";
import { partialRun, plannedRun } from "../run/sample-runs.ts";
import { memoryAssets, png } from "./memory-assets.ts";
import { problemOf, serve } from "./serve.ts";

const ended = partialRun().state;

describe("GET /v1/runs/:id", () => {
  test("shows a run with some of everything, in the published shape", async () => {
    const { fetch, tutti } = await serve({ run: async () => ({ state: ended }) });
    const shown: unknown = await (await fetch("/v1/runs/r1")).json();
    const run = runViewSchema.strict().parse(shown);
    expect(run).toEqual(shown);
    expect(tutti.calls[0]?.args).toEqual(["default", "r1"]);
    expect(run).toMatchObject({
      id: "r1",
      status: "partial",
      createdAt: "1970-01-01T00:00:00.000Z",
      deadlineAt: "1970-01-01T00:10:00.000Z",
      links: { events: "/v1/runs/r1/events", graph: "/v1/runs/r1/graph", cancel: "/v1/runs/r1/cancel" },
    });
    expect(JSON.stringify(run)).not.toContain("tenant");
    const node = (id: string) => run.nodes.find((candidate) => candidate.id === id);
    expect(node("t1")).toMatchObject({
      task: "object-detection",
      status: "succeeded",
      expert: "detector",
      experts: [{ id: "detector" }, { id: "second-detector" }],
      inputs: { image: { asset: "1".repeat(64) } },
      outputs: { boxes: { type: "boxes" } },
      timings: { queueMs: 12, loadMs: 800, runMs: 400 },
      attempts: 1,
    });
    expect(node("t2")).toMatchObject({
      attempts: 2,
      failedAttempts: [{ attempt: 1, error: { code: "worker-crashed" } }],
    });
    expect(node("t3")).toMatchObject({ status: "failed", error: { code: "bad-input", retryable: false } });
    expect(node("t4")).toMatchObject({ status: "skipped", skipped: { cause: "condition" }, when: { op: "contains" } });
    expect(node("t5")).toMatchObject({
      each: { over: { from: "t2" } },
      outputs: { score: { type: "list", index: [0, 2], failures: [{ index: 1 }] } },
    });
    expect(node("t5__1")).toMatchObject({ item: { of: "t5", index: 1 }, status: "failed" });
    expect(node("t6")?.outputs["audio"]).toMatchObject({ name: "speech.wav", url: `/v1/assets/${"3".repeat(64)}` });
    expect(node("t6")?.after).toEqual(["t3"]);
  });

  test("links whatever has bytes, however deep it lies", () => {
    const asset = { type: "image" as const, asset: "1".repeat(64) };
    const spilled = { type: "spilled" as const, of: "text" as const, ref: "2".repeat(64), bytes: 9000 };
    const list = {
      type: "list" as const,
      of: { list: "image" as const },
      items: [{ type: "list" as const, of: "image" as const, items: [asset, spilled] }],
    };
    expect(viewValue({ publicUrl: "" }, list)).toMatchObject({
      items: [{ items: [{ url: `/v1/assets/${asset.asset}` }, { url: `/v1/assets/${spilled.ref}` }] }],
    });
  });

  test("survives outputs that are named after the machinery", async () => {
    const outputs = { ["__proto__"]: { type: "text", value: "a" }, constructor: { type: "text", value: "b" } } as const;
    const run = drive()
      .plan({ id: "constructor", task: "x" })
      .closePlan()
      .run("constructor", { ...outputs });
    const { fetch } = await serve({ run: async () => ({ state: run.state }) });
    const shown = runViewSchema.parse(await (await fetch("/v1/runs/r1")).json());
    const node = shown.nodes.find(({ id }) => id === "constructor");
    expect(Object.hasOwn(node?.outputs ?? {}, "constructor")).toBe(true);
  });

  test("a run that nobody made", async () => {
    const { fetch } = await serve({
      async run(_tenant, runId) {
        throw new TuttiError("unknown-run", `there is no run ${runId}`);
      },
    });
    const problem = await problemOf(await fetch("/v1/runs/%3Cscript%3E"));
    expect(problem).toMatchObject({ status: 404, code: "unknown-run", detail: "there is no run <script>" });
  });
});

describe("GET /v1/runs", () => {
  const heads: RunHead[] = [3, 2, 1].map((number) => ({
    runId: `r${number}`,
    tenant: "default",
    status: number === 3 ? "running" : "succeeded",
    active: number === 3,
    createdAt: number * 1000,
    ...(number < 3 && { finishedAt: number * 1000 + 500 }),
    deadlineAt: 600_000,
    title: `request ${number}`,
  }));

  test("lists, and says where the older ones are", async () => {
    const { fetch, tutti } = await serve({
      runs: async (_tenant, { limit, createdBefore = Infinity }) =>
        heads.filter(({ createdAt }) => createdAt < createdBefore).slice(0, limit),
    });
    const first = runListSchema.strict().parse(await (await fetch("/v1/runs?limit=2")).json());
    expect(first.runs.map(({ id, url }) => [id, url])).toEqual([
      ["r3", "/v1/runs/r3"],
      ["r2", "/v1/runs/r2"],
    ]);
    const second = runListSchema.parse(await (await fetch(first.next ?? "")).json());
    expect(second.runs.map(({ id }) => id)).toEqual(["r1"]);
    expect(second.next).toBeUndefined();
    expect(tutti.calls[1]?.args).toEqual(["default", { limit: 2, createdBefore: 2000 }]);
  });

  test.each(["limit=0", "limit=101", "limit=x", "limit=", "before=yesterday", "before=5", "limit=1&limit=2"])(
    "refuses ?%s",
    async (query) => {
      const { fetch } = await serve();
      expect(await problemOf(await fetch(`/v1/runs?${query}`))).toMatchObject({ status: 400, code: "invalid-request" });
    },
  );
});

describe("GET /v1/runs/:id/graph", () => {
  test.each([
    ["", {}, "text/plain; charset=utf-8"],
    ["", { accept: "*/*" }, "text/plain; charset=utf-8"],
    ["", { accept: "image/png" }, "text/plain; charset=utf-8"],
    ["", { accept: "application/json" }, "application/json; charset=utf-8"],
    ["", { accept: "text/vnd.mermaid" }, "text/vnd.mermaid; charset=utf-8"],
    ["?format=text", { accept: "application/json" }, "text/plain; charset=utf-8"],
    ["?format=mermaid", {}, "text/vnd.mermaid; charset=utf-8"],
    ["?format=json", {}, "application/json; charset=utf-8"],
  ])("%s %j is %s", async (query, headers, type) => {
    const { fetch } = await serve({ run: async () => ({ state: ended }) });
    const response = await fetch(`/v1/runs/r1/graph${query}`, { headers: new Headers(headers) });
    expect(response.headers.get("content-type")).toBe(type);
    const text = await response.text();
    expect(text).toContain("object-detection");
  });

  test("as data it is what is published", async () => {
    const { fetch } = await serve({ run: async () => ({ state: ended }) });
    const graph: unknown = await (await fetch("/v1/runs/r1/graph?format=json")).json();
    expect(graphSchema.strict().parse(graph)).toEqual(graph);
  });

  test("a format that there is not", async () => {
    const { fetch } = await serve({ run: async () => ({ state: ended }) });
    const problem = await problemOf(await fetch("/v1/runs/r1/graph?format=svg"));
    expect(problem).toMatchObject({ status: 400, code: "invalid-request" });
    expect(problem.detail).toContain("mermaid");
  });
});

describe("POST /v1/runs/:id/cancel", () => {
  test.each([
    [undefined, "canceled over HTTP"],
    [{}, "canceled over HTTP"],
    [{ reason: " changed my mind " }, "changed my mind"],
  ])("%j", async (body, reason) => {
    const { post, fetch, tutti } = await serve({ cancel: async () => plannedRun().state });
    const path = "/v1/runs/r1/cancel";
    const response = await (body === undefined ? fetch(path, { method: "POST" }) : post(path, body));
    expect(response.status).toBe(200);
    expect(runViewSchema.parse(await response.json()).id).toBe("r1");
    expect(tutti.calls[0]?.args).toEqual(["default", "r1", reason]);
  });

  test.each([{ reason: 5 }, { reason: "" }, { reason: "x".repeat(501) }, { why: "x" }, [], "x"])(
    "refuses %j",
    async (body) => {
      const { post, tutti } = await serve();
      const problem = await problemOf(await post("/v1/runs/r1/cancel", body));
      expect(problem).toMatchObject({ status: 400, code: "invalid-request" });
      expect(tutti.calls).toEqual([]);
    },
  );
});

describe("POST /v1/plans", () => {
  const preview = {
    planner: "builtin@1",
    nodes: [{ id: "t1", task: "shout", inputs: { text: { value: { type: "text" as const, value: "hi" } } } }],
    problems: [{ nodeId: "t2", code: "unknown-task" as const, message: "there is no such task" }],
    notes: ["one sentence was left out"],
  };

  test("shows the plan, and what is wrong with it", async () => {
    const { post } = await serve({ plan: async () => preview });
    const response = await post("/v1/plans", { messages: [{ role: "user", content: "Shout hi" }] });
    expect(response.status).toBe(200);
    expect(planViewSchema.strict().parse(await response.json())).toEqual(preview);
  });

  test("takes forms as well", async () => {
    const { fetch } = await serve({ plan: async () => preview, ...memoryAssets() });
    const body = new FormData();
    body.append("request", "What is it?");
    body.append("f", new Blob([new Uint8Array(png)]), "a.png");
    expect((await fetch("/v1/plans", { method: "POST", body })).status).toBe(200);
  });

  test("what nobody understands is a 422", async () => {
    const { post } = await serve({
      async plan() {
        throw new TuttiError("not-understood", "no step could be made of it");
      },
    });
    const problem = await problemOf(await post("/v1/plans", { messages: [{ role: "user", content: "Qwx" }] }));
    expect(problem).toMatchObject({ status: 422, code: "not-understood", detail: "no step could be made of it" });
  });
});
