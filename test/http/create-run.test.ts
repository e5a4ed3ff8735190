/** Doubt: that what is posted is what is run, that a run is never lost on the way back, and that waiting costs nothing. */
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { describe, expect, test } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import { runViewSchema } from "../../src/http/schemas-run.ts";
import type { RunReport } from "../../src/tutti.ts";
import { partialRun } from "../run/sample-runs.ts";
import { memoryAssets } from "./memory-assets.ts";
import { accepting, freshRun, submitted } from "./scripted-runs.ts";
import { problemOf, serve } from "./serve.ts";

const hello = { messages: [{ role: "user", content: "Hello" }] };

describe("POST /v1/runs", () => {
  test("accepts words, and says where the run is", async () => {
    const { post, tutti } = await serve(accepting);
    const response = await post("/v1/runs", { ...hello, options: { deadline: 30, priority: 2 } });
    expect(response.status).toBe(202);
    const run = runViewSchema.parse(await response.json());
    expect(response.headers.get("location")).toBe(`/v1/runs/${run.id}`);
    expect(run.links.self).toBe(`/v1/runs/${run.id}`);
    expect(run.status).toBe("planning");
    expect(submitted(tutti)).toEqual({
      messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
      options: { deadline: 30, priority: 2 },
    });
    expect(tutti.calls[0]?.args[1]).toEqual({ tenant: "default", idempotencyKey: undefined });
  });

  test("puts the public address before every link", async () => {
    const { post } = await serve(accepting, { publicUrl: "https://tutti.example/api/" });
    const response = await post("/v1/runs", hello);
    expect(response.headers.get("location")).toBe("https://tutti.example/api/v1/runs/r1");
  });

  test("takes a plan, with nothing said", async () => {
    const { post, tutti } = await serve(accepting);
    const plan = [{ id: "t1", task: "shout", inputs: { text: { value: { type: "text", value: "hi" } } } }];
    expect((await post("/v1/runs", { messages: [], plan })).status).toBe(202);
    expect(submitted(tutti).plan).toEqual(plan);
  });

  test("hands over the idempotency key, and answers a replay of an ended run as ended", async () => {
    const ended = partialRun().state;
    const { post, tutti } = await serve({ submit: async () => ended });
    const response = await post("/v1/runs?wait=5", hello, { "idempotency-key": "order 66" });
    expect(response.status).toBe(200);
    expect(tutti.calls).toHaveLength(1);
    expect(tutti.calls[0]?.args[1]).toMatchObject({ idempotencyKey: "order 66" });
  });

  test.each([
    ["", 400],
    ["ü", 400],
    ["k".repeat(256), 400],
    ["k".repeat(255), 202],
  ])("idempotency key %j: %i", async (key, status) => {
    const { fetch } = await serve(accepting);
    const headers = new Headers({ "content-type": "application/json" });
    headers.set("idempotency-key", key);
    const response = await fetch("/v1/runs", { method: "POST", headers, body: JSON.stringify(hello) });
    expect(response.status).toBe(status);
  });

  test("waits for the end, and gives the answer", async () => {
    const ended = partialRun().state;
    const asset = "3".repeat(64);
    const answer = {
      text: "It says milk [t2].",
      citations: [{ node: "t2", task: "ocr", start: 13, end: 17 }],
      assets: [{ asset, type: "audio" as const, name: "speech.wav", node: "t6", output: "audio" }],
    };
    const { post } = await serve({ ...accepting, wait: async () => ({ state: ended, answer }) });
    const response = await post("/v1/runs?wait=2.5", hello);
    expect(response.status).toBe(200);
    const run = runViewSchema.parse(await response.json());
    expect(run.status).toBe("partial");
    expect(run.answer).toEqual({ ...answer, assets: [{ ...answer.assets[0], url: `/v1/assets/${asset}` }] });
  });

  test("says 202 when the time is up", async () => {
    const { post, tutti } = await serve({ ...accepting, wait: untilAborted });
    const response = await post("/v1/runs?wait=0.01", hello);
    expect(response.status).toBe(202);
    expect(tutti.calls.map(({ method }) => method)).toEqual(["submit", "wait"]);
  });

  test("does not wait for zero seconds", async () => {
    const { post, tutti } = await serve(accepting);
    expect((await post("/v1/runs?wait=0", hello)).status).toBe(202);
    expect(tutti.calls.map(({ method }) => method)).toEqual(["submit"]);
  });

  test.each(["-1", "301", "300.001", "soon", "", "1e2", "0x10", "1&wait=2", "Infinity"])(
    "refuses wait=%s before anything is done",
    async (wait) => {
      const { post, tutti } = await serve(accepting);
      const problem = await problemOf(await post(`/v1/runs?wait=${wait}`, hello));
      expect(problem).toMatchObject({ status: 400, code: "invalid-request" });
      expect(problem.errors?.[0]?.path).toBe("wait");
      expect(tutti.calls).toEqual([]);
    },
  );

  test("stops waiting when the client leaves", async () => {
    const left = Promise.withResolvers<AbortSignal>();
    const started = Promise.withResolvers<void>();
    const { url } = await serve({
      ...accepting,
      async wait(tenant, runId, signal) {
        started.resolve();
        const report = await untilAborted(tenant, runId, signal);
        left.resolve(signal);
        return report;
      },
    });
    const client = httpRequest(`${url}/v1/runs?wait=300`, {
      method: "POST",
      headers: { "content-type": "application/json" },
    });
    client.on("error", () => {});
    client.end(JSON.stringify(hello));
    await started.promise;
    client.destroy();
    expect((await left.promise).aborted).toBe(true);
  });

  test("answers who waits when the server stops", async () => {
    const started = Promise.withResolvers<void>();
    const { post, server } = await serve({
      ...accepting,
      wait(tenant, runId, signal) {
        started.resolve();
        return untilAborted(tenant, runId, signal);
      },
    });
    const waiting = post("/v1/runs?wait=300", hello);
    await started.promise;
    const closed = server.close(60_000);
    expect((await waiting).status).toBe(202);
    await closed;
  });
});

describe("GET /v1/runs/:id?wait=", () => {
  test("waits only for what has not ended", async () => {
    const { fetch, tutti } = await serve({
      run: async () => ({ state: freshRun() }),
      wait: async () => ({ state: partialRun().state }),
    });
    expect(runViewSchema.parse(await (await fetch("/v1/runs/r1?wait=1")).json()).status).toBe("partial");
    expect(tutti.calls.map(({ method }) => method)).toEqual(["run", "wait"]);
  });
});

describe("malformed requests", () => {
  const { upload, asset } = memoryAssets();

  test.each<[string, unknown, string]>([
    ["no messages", {}, "messages"],
    ["null", null, ""],
    ["a list", [], ""],
    ["a string", "hello", ""],
    ["messages of a wrong type", { messages: "hello" }, "messages"],
    ["an unknown role", { messages: [{ role: "robot", content: "x" }] }, "messages.0.role"],
    ["no content", { messages: [{ role: "user" }] }, "messages.0.content"],
    ["content of a wrong type", { messages: [{ role: "user", content: 5 }] }, "messages.0.content"],
    ["an unknown part", user({ type: "video_url", video_url: "x" }), "messages.0.content.0.type"],
    ["a part without its text", user({ type: "text" }), "messages.0.content.0.text"],
    ["no url", user({ type: "image_url", image_url: {} }), "messages.0.content.0.image_url.url"],
    ["an asset that can't be an id", user({ type: "asset", asset: "../etc" }), "messages.0.content.0.asset"],
    ["a file of nothing", user({ type: "file", file: {} }), "messages.0.content.0.file"],
    [
      "a file twice",
      user({ type: "file", file: { file_id: "0".repeat(64), file_data: "aGk=" } }),
      "messages.0.content.0.file",
    ],
    ["a misspelt key", { ...hello, option: {} }, ""],
    ["a misspelt option", { ...hello, options: { deadlin: 1 } }, "options"],
    ["a deadline of no time", { ...hello, options: { deadline: 0 } }, "options.deadline"],
    ["a plan of a wrong shape", { ...hello, plan: [{ id: "t1", task: "x" }] }, "plan.0.inputs"],
    ["a binding of no kind", { ...hello, plan: [{ id: "t1", task: "x", inputs: { a: 1 } }] }, "plan.0.inputs.a"],
  ])("%s", async (_name, body, path) => {
    const { post, tutti } = await serve({ upload, asset });
    const problem = await problemOf(await post("/v1/runs", body));
    expect(problem).toMatchObject({ status: 400, code: "invalid-request", instance: "/v1/runs" });
    expect(problem.errors?.map((fault) => fault.path)).toContain(path);
    expect(tutti.calls).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["no message", { messages: [] }],
    ["white space", { messages: [{ role: "user", content: " \n\t" }] }],
    ["no part", { messages: [{ role: "user", content: [] }] }],
    ["only others speak", { messages: [{ role: "system", content: "Be kind." }] }],
    ["an empty plan", { messages: [], plan: [] }],
  ])("an empty request: %s", async (_name, body) => {
    const { post } = await serve();
    const problem = await problemOf(await post("/v1/runs", body));
    expect(problem).toMatchObject({ status: 400, code: "invalid-request" });
    expect(problem.detail).toContain("empty");
  });

  test("names every fault, but not without end", async () => {
    const { post } = await serve();
    const few = await problemOf(await post("/v1/runs", { messages: [{ role: 1 }, { content: 2 }] }));
    expect(few.errors).toHaveLength(4);
    const many = await problemOf(await post("/v1/runs", { messages: Array.from({ length: 500 }, () => 7) }));
    expect(many.errors).toHaveLength(20);
  });

  test("says which part of a union was meant", async () => {
    const { post } = await serve();
    const plan = [{ id: "t1", task: "x", inputs: { a: { from: "t2", output: 3 } } }];
    const { errors } = await problemOf(await post("/v1/runs", { ...hello, plan }));
    expect(errors?.map((fault) => fault.path)).toContain("plan.0.inputs.a.output");
  });

  test.each(["{", "", "{'a':1}", "\u0000", '{"messages":[}'])("what is no JSON: %j", async (body) => {
    const { fetch } = await serve();
    const headers = { "content-type": "application/json" };
    const problem = await problemOf(await fetch("/v1/runs", { method: "POST", headers, body }));
    expect(problem).toMatchObject({ status: 400, code: "invalid-request" });
  });

  test("JSON that is too deep or too wide for anything that recurses", async () => {
    const { fetch } = await serve();
    const headers = { "content-type": "application/json" };
    for (const body of ["[".repeat(5000) + "]".repeat(5000), `[${"0,".repeat(200_000)}0]`]) {
      const problem = await problemOf(await fetch("/v1/runs", { method: "POST", headers, body }));
      expect(problem).toMatchObject({ status: 413, code: "too-large" });
    }
  });

  test("a body over the limit", async () => {
    const { post } = await serve({}, { maxBodyBytes: 1000 });
    const problem = await problemOf(
      await post("/v1/runs", { messages: [{ role: "user", content: "x".repeat(1000) }] }),
    );
    expect(problem).toMatchObject({ status: 413, code: "too-large" });
    expect(problem.detail).toContain("/v1/assets");
  });

  test.each([
    [{ "content-type": "text/plain" }, 415],
    [{ "content-type": "application/x-www-form-urlencoded" }, 415],
    [{ "content-type": "application/json; charset=ebcdic" }, 415],
    [{ "content-type": "application/json", "content-encoding": "lzma" }, 415],
  ])("%j: %i", async (headers, status) => {
    const { fetch } = await serve(accepting);
    const response = await fetch("/v1/runs", { method: "POST", headers, body: JSON.stringify(hello) });
    expect(await problemOf(response)).toMatchObject({ status, code: "unsupported-media" });
  });

  test.each([
    ["invalid-plan", 422],
    ["unknown-asset", 404],
    ["idempotency-mismatch", 422],
    ["shutting-down", 503],
    ["conflict", 409],
  ] as const)("what Tutti refuses as %s is a %i", async (code, status) => {
    const { post } = await serve({
      async submit() {
        throw new TuttiError(code, "that won't do");
      },
    });
    const response = await post("/v1/runs", hello);
    expect(response.headers.get("retry-after")).toBe(status === 503 ? "5" : null);
    expect(await problemOf(response)).toMatchObject({ status, code, detail: "that won't do" });
  });
});

function user(part: unknown): unknown {
  return { messages: [{ role: "user", content: [part] }] };
}

async function untilAborted(_tenant: string, _runId: string, signal: AbortSignal): Promise<RunReport> {
  if (!signal.aborted) await once(signal, "abort");
  return { state: freshRun() };
}
