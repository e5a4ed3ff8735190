/** Doubt: that nobody but an admin changes experts, also where no token is set, and that ids with slashes find their way. */
import { request as rawRequest } from "node:http";
import { describe, expect, test } from "vitest";
import { joinExpertIds } from "../../src/http/expert-paths.ts";
import type { Tutti } from "../../src/tutti.ts";
import { scriptedCard, textTask } from "../fakes/scripted-experts.ts";
import { problemOf, serve } from "./serve.ts";

const entry = { card: scriptedCard("acme/x", textTask) };
const script = {
  experts: async () => [entry],
  registerExpert: async () => entry,
  removeExpert: async () => {},
  checkExpert: async () => ({ expert: "acme/x@1", ok: true, at: 0 }),
} satisfies Partial<Tutti>;

const changes = [
  ["POST", "/v1/experts"],
  ["PUT", "/v1/experts/acme/x"],
  ["DELETE", "/v1/experts/acme/x"],
  ["POST", "/v1/experts/acme/x/check"],
] as const;

function options(method: string, token?: string) {
  return {
    method,
    headers: { "content-type": "application/json", ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    ...((method === "POST" || method === "PUT") && { body: JSON.stringify({ title: "X" }) }),
  };
}

describe.each(changes)("%s %s", (method, path) => {
  test("wants the token where one is set", async () => {
    const { fetch, tutti } = await serve(script, { adminToken: "right-token" });
    expect((await fetch(path, options(method))).status).toBe(401);
    expect((await fetch(path, options(method, "wrong-token"))).status).toBe(401);
    expect(tutti.calls).toEqual([]);
    expect((await fetch(path, options(method, "right-token"))).ok).toBe(true);
  });

  test("is shut where none is set, and others can reach the server", async () => {
    const { fetch, tutti } = await serve(script);
    expect(await problemOf(await fetch(path, options(method)))).toMatchObject({ status: 403, code: "forbidden" });
    expect(tutti.calls).toEqual([]);
  });

  test("is open to this machine where none is set, but not to a page whose name leads here", async () => {
    const { fetch, url, tutti } = await serve(script, { isLocal: true });
    expect((await fetch(path, options(method))).ok).toBe(true);
    const before = tutti.calls.length;
    const status = await new Promise((resolve, reject) => {
      const { headers } = options(method);
      const sent = rawRequest(url + path, { method, headers: { ...headers, host: "evil.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on("error", reject);
      sent.end(JSON.stringify({}));
    });
    expect(status).toBe(403);
    expect(tutti.calls).toHaveLength(before);
  });
});

test("what is changed is what the path names, slashes and all", async () => {
  const { fetch, tutti } = await serve(script, { isLocal: true });
  for (const path of ["/v1/experts/acme/a/b", "/v1/experts/acme%2Fa%2Fb", "/v1/experts/acme/a/b/"]) {
    await fetch(path, options("DELETE"));
  }
  await fetch("/v1/experts/acme/a/b/check?x=/", options("POST"));
  expect(tutti.calls.map(({ method, args }) => [method, args[0]])).toEqual([
    ["removeExpert", "acme/a/b"],
    ["removeExpert", "acme/a/b"],
    ["removeExpert", "acme/a/b"],
    ["checkExpert", "acme/a/b"],
  ]);
});

test("a body that names another expert than the path is refused", async () => {
  const { fetch, tutti } = await serve(script, { isLocal: true });
  const body = JSON.stringify({ id: "acme/other" });
  const response = await fetch("/v1/experts/acme/x", { ...options("PUT"), body });
  expect(await problemOf(response)).toMatchObject({ status: 400, code: "invalid-request" });
  expect(tutti.calls).toEqual([]);
});

test("other paths are left as they are", () => {
  for (const url of ["/v1/experts", "/v1/runs/a/b", "/v1/expertsx/a/b?c=/d"]) {
    const request = { url };
    Reflect.apply(joinExpertIds, undefined, [request, undefined, () => {}]);
    expect(request.url).toBe(url);
  }
});
