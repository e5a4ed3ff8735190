/** Doubt: that there is no body, however odd, that breaks the server instead of being refused. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryAssets, png } from "./memory-assets.ts";
import { accepting } from "./scripted-runs.ts";
import { serve, type TestServer } from "./serve.ts";

const plan = async () => ({ planner: "none", nodes: [], problems: [], notes: [] });

async function neverBreaks(server: TestServer, path: string, init: RequestInit): Promise<void> {
  const response = await server.fetch(path, { method: "POST", ...init });
  const text = await response.text();
  if (response.status >= 500)
    throw new Error(`${response.status} ${text} for ${typeof init.body === "string" ? init.body : path}`);
  expect(() => JSON.parse(text) as unknown).not.toThrow();
}

/** Bodies that are nearly right get further than those that are nothing. */
const odd = fc.jsonValue({ maxDepth: 3 });
const word = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "<GENERATED>-0",
    "{{x}}",
    "error",
    "\\",
    '"',
    "\u0000",
    "data:,",
    "data:;base64,!",
    "http://x",
  ),
);
const part = fc.oneof(
  fc.record({ type: fc.constant("text"), text: fc.oneof(word, odd) }),
  fc.record({
    type: fc.constant("image_url"),
    image_url: fc.oneof(word, fc.record({ url: fc.oneof(word, odd) }), odd),
  }),
  fc.record({ type: fc.constant("input_audio"), input_audio: fc.oneof(fc.record({ data: word, format: word }), odd) }),
  fc.record({ type: fc.constant("file"), file: fc.oneof(fc.record({ file_data: word, filename: word }), odd) }),
  fc.record({ type: fc.constant("asset"), asset: fc.oneof(fc.constant("0".repeat(64)), word, odd) }),
  odd,
);
const { value: binding } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.record({ value: fc.record({ type: fc.constantFrom("text", "list", "json", "boxes", "spilled"), value: odd }) }),
    fc.record({ from: word, output: word, index: odd }),
    fc.record({ template: fc.array(fc.oneof(word, tie("value"))) }),
    fc.record({ list: fc.array(tie("value")) }),
    odd,
  ),
}));
const node = fc.record(
  { id: word, task: word, inputs: fc.dictionary(word, binding), after: odd },
  { requiredKeys: ["id"] },
);
const message = fc.record({
  role: fc.constantFrom("user", "system", "robot"),
  content: fc.oneof(word, fc.array(part), odd),
});
const body = fc.oneof(
  odd,
  fc.record(
    { messages: fc.oneof(fc.array(message), odd), options: odd, plan: fc.oneof(fc.array(node), odd) },
    { requiredKeys: [] },
  ),
);

describe.each(["/v1/runs", "/v1/plans"])("%s", (path) => {
  test("any JSON", async () => {
    const server = await serve({ ...accepting, ...memoryAssets(), plan });
    await fc.assert(
      fc.asyncProperty(body, (value) =>
        neverBreaks(server, path, { headers: { "content-type": "application/json" }, body: JSON.stringify(value) }),
      ),
      { numRuns: 300 },
    );
  });

  test("any bytes of any type", async () => {
    const server = await serve({ ...accepting, ...memoryAssets(), plan });
    const types = fc.constantFrom(
      "application/json",
      "multipart/form-data; boundary=x",
      "multipart/form-data",
      "text/plain",
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), types, (bytes, type) =>
        neverBreaks(server, path, { headers: { "content-type": type }, body: new Uint8Array(bytes) }),
      ),
    );
  });

  test("any form", async () => {
    const server = await serve({ ...accepting, ...memoryAssets(), plan });
    const field = fc.tuple(fc.oneof(fc.constantFrom("request", "messages", "options", "plan"), word), word);
    const file = fc.tuple(word, word);
    await fc.assert(
      fc.asyncProperty(fc.array(field, { maxLength: 4 }), fc.array(file, { maxLength: 3 }), (fields, files) => {
        const form = new FormData();
        for (const [name, value] of fields) form.append(name, value);
        for (const [name, filename] of files) form.append(name, new Blob([new Uint8Array(png)]), filename);
        return neverBreaks(server, path, { body: form });
      }),
    );
  });
});

test("any query and header of every route", async () => {
  const server = await serve({ ...accepting, ...memoryAssets(), plan, runs: async () => [] });
  const query = fc.dictionary(fc.constantFrom("wait", "limit", "before", "after", "format"), word);
  await fc.assert(
    fc.asyncProperty(query, async (values) => {
      const path = `/v1/runs?${new URLSearchParams(Object.entries(values)).toString()}`;
      expect((await server.fetch(path)).status).toBeLessThan(500);
    }),
  );
});
