/** Doubt: that every way to ask wrongly is answered as a problem that helps, and that a defect shows nothing of the inside. */
import { connect } from "node:net";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { errorCodes, type ErrorCode } from "../../src/errors.ts";
import { TuttiError } from "../../src/errors.ts";
import { problemStatus, problemTitles } from "../../src/http/problem.ts";
import { accepting, freshRun } from "./scripted-runs.ts";
import { problemOf, serve } from "./serve.ts";

const hello = { messages: [{ role: "user", content: "Hello" }] };

describe("paths and methods", () => {
  test.each([
    ["/v1/run", "/v1/runs"],
    ["/v2/runs", "/v1/runs"],
    ["/v1/assets/x/y/z", "/v1/assets"],
    ["/v1/expert", "/v1/experts"],
    ["/nowhere", "GET /"],
    ["/v1/runs/r1/nothing", "/v1/runs/:id"],
    ["/favicon.ico", "GET /"],
  ])("%s is not there; near it is %s", async (path, hint) => {
    const { fetch } = await serve();
    const problem = await problemOf(await fetch(path));
    expect(problem).toMatchObject({ status: 404, code: "unknown-route", instance: path });
    expect(problem.detail).toContain(hint);
  });

  test.each([
    ["DELETE", "/v1/runs", "GET, POST, HEAD, OPTIONS"],
    ["PUT", "/v1/runs/r1", "GET, HEAD, OPTIONS"],
    ["GET", "/v1/runs/r1/cancel", "POST, OPTIONS"],
    ["GET", "/v1/plans", "POST, OPTIONS"],
    ["GET", "/v1/assets", "POST, OPTIONS"],
    ["PATCH", "/v1/tasks", "GET, HEAD, OPTIONS"],
    ["POST", "/", "GET, HEAD, OPTIONS"],
  ])("%s %s is not allowed; %s are", async (method, path, allow) => {
    const { fetch } = await serve();
    const response = await fetch(path, { method });
    expect(sorted(response.headers.get("allow"))).toEqual(sorted(allow));
    expect(await problemOf(response)).toMatchObject({ status: 405, code: "method-not-allowed" });
    const options = await fetch(path, { method: "OPTIONS" });
    expect(options.status).toBe(204);
    expect(sorted(options.headers.get("allow"))).toEqual(sorted(allow));
  });

  test.each(["/v1/runs/%E0%A4%A", "/v1/assets/%ff"])("%s can't be decoded", async (path) => {
    const { fetch } = await serve();
    expect(await problemOf(await fetch(path))).toMatchObject({ status: 400, code: "invalid-request" });
  });
});

describe("codes", () => {
  test("every code of Tutti has a status and a title; only a defect is a 500", () => {
    for (const code of Object.keys(errorCodes)) {
      expect(problemStatus).toHaveProperty([code]);
      expect(problemTitles).toHaveProperty([code]);
    }
    const broken = Object.entries(problemStatus).filter(([, status]) => status === 500);
    expect(broken.map(([code]) => code)).toEqual(["internal"]);
  });

  test.each(Object.keys(errorCodes) as ErrorCode[])(
    "%s is told with its own words, unless it is a defect",
    async (code) => {
      const { post, log } = await serve({
        async submit() {
          throw new TuttiError(code, "the words of the fault");
        },
      });
      const problem = await problemOf(await post("/v1/runs", hello));
      expect(problem).toMatchObject({ status: problemStatus[code], code, title: errorCodes[code] });
      expect(problem.detail === "the words of the fault").toBe(code !== "internal");
      expect(log.find(({ message }) => message === "the words of the fault")?.level).toBe(
        code === "internal" ? "error" : "warn",
      );
    },
  );

  test.each<[ErrorCode, number | undefined, string | null]>([
    ["overloaded", 30, "30"],
    ["overloaded", 0.2, "1"],
    ["overloaded", undefined, "5"],
    ["shutting-down", 12.1, "13"],
    ["shutting-down", undefined, "5"],
    ["invalid-plan", 30, null],
  ])("%s, to be tried again in %s s", async (code, retryAfter, header) => {
    const { post } = await serve({ submit: () => Promise.reject(new TuttiError(code, "not now", { retryAfter })) });
    const response = await post("/v1/runs", hello);
    expect(response.headers.get("retry-after")).toBe(header);
    expect(await problemOf(response)).toMatchObject({ code, detail: "not now" });
  });

  test.each<[string, unknown]>([
    ["an error", new Error("password is hunter2")],
    ["a string", "password is hunter2"],
    ["undefined", undefined],
    ["an error that looks like one of HTTP's", Object.assign(new Error("password is hunter2"), { status: 500 })],
    ["a cyclic thing", Object.assign(new Error("password is hunter2"), { cause: null })],
  ])("a defect shows nothing of the inside: %s", async (_name, thrown) => {
    const { post, log } = await serve({ submit: () => Promise.reject(thrown) });
    const problem = await problemOf(await post("/v1/runs", hello));
    expect(problem).toMatchObject({ status: 500, code: "internal" });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
    expect(problem.detail).toContain(problem.requestId);
    expect(log.find(({ level }) => level === "error")?.details).toMatchObject({ requestId: problem.requestId });
  });
});

describe("every response", () => {
  test("has an id, the client's own where it is harmless", async () => {
    const { fetch } = await serve();
    const ask = async (id: string) =>
      (await fetch("/healthz", { headers: { "x-request-id": id } })).headers.get("x-request-id");
    expect(await ask("order-66:a.b")).toBe("order-66:a.b");
    expect(await ask("a b")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await ask("x".repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
    const problem = await fetch("/nowhere", { headers: { "x-request-id": "mine" } });
    expect(await problemOf(problem)).toMatchObject({ requestId: "mine" });
  });

  test("says little of what serves it, and lets no other site in", async () => {
    const { fetch } = await serve();
    for (const path of ["/healthz", "/nowhere", "/docs", "/openapi.json"]) {
      const { headers } = await fetch(path, { headers: { origin: "https://evil.example" } });
      expect(headers.get("x-powered-by")).toBeNull();
      expect(headers.get("server")).toBeNull();
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("access-control-allow-origin")).toBeNull();
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    }
  });

  test("a page of another site can't ask for anything", async () => {
    const { post, fetch } = await serve({ ...accepting, run: async () => ({ state: freshRun() }) });
    const refused = await post("/v1/runs", hello, { "sec-fetch-site": "cross-site" });
    expect(await problemOf(refused)).toMatchObject({ status: 403, code: "cross-site" });
    expect((await post("/v1/runs", hello, { "sec-fetch-site": "same-origin" })).status).toBe(202);
    expect((await fetch("/v1/runs/r1", { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(200);
  });

  test("does not depend on the Host header", async () => {
    const { url } = await serve(accepting);
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const body = JSON.stringify(hello);
    socket.end(
      `POST /v1/runs HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await once(socket, "close");
    expect(text).toMatch(/^HTTP\/1\.1 202 /);
    expect(text).not.toContain("evil.example");
  });

  test("is logged once, with what it was", async () => {
    const { fetch, log } = await serve();
    await (await fetch("/nowhere?secret=1")).text();
    await (await fetch("/healthz")).text();
    await expect.poll(() => log.length).toBeGreaterThan(0);
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({ level: "info", message: "GET /nowhere 404" });
    expect(JSON.stringify(log)).not.toContain("secret");
  });
});

function sorted(allow: string | null): string[] {
  return (allow ?? "").split(", ").toSorted();
}
