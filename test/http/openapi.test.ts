/** Doubt: that the document is one that tools can read, and that it tells of every route as it is. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { fakeTutti } from "../fakes/fake-tutti.ts";
import { createContext } from "../../src/http/context.ts";
import { problemStatus } from "../../src/http/problem.ts";
import { createRoutes } from "../../src/http/routes/index.ts";
import { serve } from "./serve.ts";

const routes = createRoutes(createContext(fakeTutti(), {}, new AbortController().signal));

const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string().min(1),
  tags: z.array(z.string()).min(1),
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.enum(["path", "query", "header"]), schema: z.looseObject({}) }))
    .optional(),
  requestBody: z
    .looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.looseObject({}) })) })
    .optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), z.looseObject({ description: z.string().min(1) })),
});

const documentSchema = z.looseObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.object({ url: z.string() })),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(
    z.string().startsWith("/"),
    z.partialRecord(z.enum(["get", "post", "put", "delete"]), operationSchema),
  ),
  components: z.object({ schemas: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), z.looseObject({})) }),
});

async function openApi(options = {}): Promise<z.infer<typeof documentSchema>> {
  const { fetch } = await serve({}, options);
  const response = await fetch("/openapi.json");
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  return documentSchema.parse(await response.json());
}

/** Every value under every key of this name, however deep. */
function valuesOf(key: string, json: unknown): unknown[] {
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) => [...(name === key ? [value] : []), ...valuesOf(key, value)]);
}

describe("openapi.json", () => {
  test("every route is in it, and nothing else", async () => {
    const { paths } = await openApi();
    const told = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const served = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    expect(told.toSorted()).toEqual(served.toSorted());
    expect(served).toHaveLength(new Set(served).size);
  });

  test("every route is served", async () => {
    const { fetch } = await serve();
    for (const { method, path } of routes) {
      const response = await fetch(path.replaceAll(/:\w+/g, "x"), { method });
      expect(await response.text(), path).not.toMatch(/"code":"(unknown-route|method-not-allowed)"/);
    }
  });

  test("every reference leads somewhere, and every named schema is used", async () => {
    const document = await openApi();
    const references = valuesOf("$ref", document);
    expect(references.length).toBeGreaterThan(50);
    const names = Object.keys(document.components.schemas);
    for (const reference of references) {
      expect(names.map((name) => `#/components/schemas/${name}`)).toContain(reference);
    }
    for (const name of names) expect(references, name).toContain(`#/components/schemas/${name}`);
  });

  test("operations are named once, path parameters are told", async () => {
    const { paths } = await openApi();
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, operation })),
    );
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids).toHaveLength(new Set(ids).size);
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).flatMap((parameter) =>
        parameter.in === "path" ? [parameter.name] : [],
      );
      expect(inPath, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  test("every problem that a route can have is told as one", async () => {
    const { paths } = await openApi();
    for (const { method, path, operation } of routes) {
      const told = paths[path.replaceAll(/:(\w+)/g, "{$1}")]?.[method]?.responses ?? {};
      for (const code of [...operation.problems, "internal" as const]) {
        const status = problemStatus[code];
        if (status in operation.responses) continue;
        expect(told[status], `${method} ${path} ${code}`).toMatchObject({
          description: expect.stringContaining(`\`${code}\``) as string,
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        });
      }
    }
  });

  test("a run may be refused for now, and when to come again is told", async () => {
    const { paths } = await openApi();
    for (const status of [429, 503]) {
      expect(paths["/v1/runs"]?.post?.responses[status]).toMatchObject({ headers: { "Retry-After": {} } });
    }
    expect(paths["/v1/runs"]?.post?.responses[404]).not.toHaveProperty("headers");
  });

  test("the body of a run is the schema that it is read with", async () => {
    const { components } = await openApi();
    expect(components.schemas["RunRequest"]).toMatchObject({
      type: "object",
      required: ["messages"],
      additionalProperties: false,
      properties: { plan: { items: { $ref: "#/components/schemas/PlanNode" } } },
    });
    expect(valuesOf("enum", components.schemas["RequestPart"]).flat()).toEqual([
      "text",
      "image_url",
      "input_audio",
      "file",
      "asset",
    ]);
  });

  test("is the same each time, and names the public address", async () => {
    const [one, two] = [await openApi(), await openApi()];
    expect(two).toEqual(one);
    expect(one.servers).toEqual([{ url: "/" }]);
    expect((await openApi({ publicUrl: "https://tutti.example" })).servers).toEqual([{ url: "https://tutti.example" }]);
  });
});

describe("/docs", () => {
  test("lists every operation, type and problem, and loads nothing", async () => {
    const { fetch } = await serve();
    const response = await fetch("/docs");
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const page = await response.text();
    for (const { path, operation } of routes) {
      expect(page).toContain(`<code>${path.replaceAll(/:(\w+)/g, "{$1}")}</code>`);
      expect(page).toContain(`id="${operation.id}"`);
    }
    for (const code of Object.keys(problemStatus)) expect(page).toContain(`id="problem-${code}"`);
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:\/\/(?!html\.spec)/);
  });

  test("its only style is the one that its policy allows", async () => {
    const { fetch } = await serve();
    const response = await fetch("/docs");
    const page = await response.text();
    const styles = [...page.matchAll(/<style>([^]*?)<\/style>/g)].map(([, style]) => style ?? "");
    expect(styles).toHaveLength(1);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(styles[0]));
    const hash = Buffer.from(digest).toString("base64");
    expect(response.headers.get("content-security-policy")).toBe(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(page).not.toMatch(/ style=/);
  });

  test("all its own links lead somewhere", async () => {
    const { fetch } = await serve();
    const page = await (await fetch("/docs")).text();
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(30);
    for (const target of targets) expect(ids, target).toContain(target);
  });
});
