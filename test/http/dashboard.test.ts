/** Doubt: that nobody sees the queues without the token, however it is asked for, and that whoever has it does. */
import type { RequestHandler } from "express";
import { describe, expect, test } from "vitest";
import { problemOf, serve } from "./serve.ts";

const TOKEN = "correct: horse ü";
const dashboard: RequestHandler = (request, response, next) => {
  if (request.path === "/nowhere") next();
  else response.type("html").send(`the queues ${request.path}`);
};
const open = { dashboard, adminToken: TOKEN };

function basic(user: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

describe("who may see the queues", () => {
  test.each<[string, Record<string, string>]>([
    ["the token as password", basic("admin", TOKEN)],
    ["any user", basic("", TOKEN)],
    ["as a bearer", { authorization: `Bearer ${Buffer.from(TOKEN).toString("latin1")}` }],
    [
      "with another spelling of the scheme",
      { authorization: basic("a", TOKEN).authorization.replace("Basic", "BASIC ") },
    ],
  ])("%s", async (_name, headers) => {
    const { fetch } = await serve({}, open);
    for (const path of ["/queues", "/queues/", "/queues/api/queues", "/queues?status=active"]) {
      const response = await fetch(path, { headers });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("the queues");
    }
  });

  test.each<[string, Record<string, string>]>([
    ["nothing", {}],
    ["another password", basic("admin", "correct: horse")],
    ["more than the token", basic("admin", `${TOKEN} `)],
    ["the token as the user", basic(TOKEN, "")],
    ["an empty password", basic("admin", "")],
    ["no colon", { authorization: `Basic ${Buffer.from("admin").toString("base64")}` }],
    ["no base64", { authorization: "Basic ***" }],
    ["another scheme", { authorization: "Digest abc" }],
    ["only a scheme", { authorization: "Bearer" }],
    ["an empty bearer", { authorization: "Bearer " }],
    ["undefined in words", { authorization: "Bearer undefined" }],
  ])("not with %s", async (_name, headers) => {
    const { fetch } = await serve({}, open);
    for (const path of ["/queues", "/queues/api/queues", "/QUEUES", "/queues/%2e%2e/queues", "/queues/static/x.js"]) {
      const response = await fetch(path, { headers });
      expect(response.headers.get("www-authenticate")).toMatch(/^Basic realm="/);
      const problem = await problemOf(response);
      expect(problem).toMatchObject({ status: 401, code: "unauthorized" });
      expect(JSON.stringify(problem)).not.toContain("horse");
    }
  });

  test("nobody while there is no token", async () => {
    const { fetch } = await serve({}, { dashboard });
    for (const headers of [{}, basic("admin", ""), basic("admin", "undefined")]) {
      const problem = await problemOf(await fetch("/queues", { headers }));
      expect(problem).toMatchObject({ status: 403, code: "forbidden" });
      expect(problem.detail).toContain("TUTTI_ADMIN_TOKEN");
    }
  });

  test("in one process there are none, with the token and without", async () => {
    const { fetch } = await serve({}, { adminToken: TOKEN });
    for (const headers of [{}, basic("admin", TOKEN)]) {
      const problem = await problemOf(await fetch("/queues/", { headers }));
      expect(problem).toMatchObject({ status: 404, code: "unknown-route" });
      expect(problem.detail).toContain("REDIS_URL");
    }
  });
});

describe("the page", () => {
  test.each(["POST", "PUT", "PATCH", "DELETE"])("is for looking: no %s", async (method) => {
    const { fetch } = await serve({}, open);
    const response = await fetch("/queues/api/queues/lane-cpu/pause", { method, headers: basic("admin", TOKEN) });
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(await problemOf(response)).toMatchObject({ status: 405, code: "method-not-allowed" });
  });

  test("may run its own scripts, and show itself in nobody's frame; nothing else may", async () => {
    const { fetch } = await serve({}, open);
    const policyOf = async (path: string, headers = {}) =>
      (await fetch(path, { headers })).headers.get("content-security-policy");
    const policy = await policyOf("/queues", basic("admin", TOKEN));
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    for (const [path, headers] of [["/queues"], ["/healthz", basic("admin", TOKEN)]] as const) {
      expect(await policyOf(path, headers)).not.toContain("script-src");
    }
  });

  test("what it doesn't know is a problem, as everywhere", async () => {
    const { fetch } = await serve({}, open);
    const response = await fetch("/queues/nowhere", { headers: basic("admin", TOKEN) });
    expect(await problemOf(response)).toMatchObject({ status: 404, code: "unknown-route" });
  });

  test("its polling fills no log; who is refused is logged", async () => {
    const { fetch, log } = await serve({}, open);
    await (await fetch("/queues/api/queues", { headers: basic("admin", TOKEN) })).text();
    await (await fetch("/queues/api/queues")).text();
    await expect.poll(() => log.map(({ message }) => message)).toEqual(["GET /queues/api/queues 401"]);
    expect(JSON.stringify(log)).not.toContain("horse");
  });
});
