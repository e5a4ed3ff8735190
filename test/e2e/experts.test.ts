/**
 * Can a stranger add an expert to a server that is at work, is it used at once and by merit, and does nobody's run suffer
 * when it dies? The server is a process of its own, the experts are other servers.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startHttpExpert, type HttpExpert } from "../fakes/http-expert.ts";
import { verifies } from "./requirements.ts";
import { sampleBytes } from "./samples.ts";
import { removeFolder, spawnTutti, startServer, temporaryFolder, type Server } from "./server.ts";

const TOKEN = "let-me-change-experts";

const nodeSchema = z.looseObject({
  id: z.string(),
  task: z.string(),
  status: z.string(),
  expert: z.string().optional(),
  experts: z.array(z.object({ id: z.string(), version: z.string() })),
  routing: z.string().optional(),
  failedAttempts: z.array(z.looseObject({ expert: z.string().optional() })).optional(),
});
const runSchema = z.looseObject({ id: z.string(), status: z.string(), nodes: z.array(nodeSchema) });
type Run = z.infer<typeof runSchema>;

let folder = "";
let server: Server;
let receipts: HttpExpert;

beforeAll(async () => {
  folder = await temporaryFolder();
  receipts = await startHttpExpert(() => ({ text: "TOTAL 42.00 EUR", boxes: [] }));
  server = await startServer(folder, { TUTTI_LOG: "json", TUTTI_ADMIN_TOKEN: TOKEN });
});

afterAll(async () => {
  await server.stop();
  await receipts.close();
  await removeFolder(folder);
});

async function admin(method: string, path: string, body?: unknown, token = TOKEN) {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = text === "" ? undefined : JSON.parse(text);
  return { status: response.status, json, text };
}

const receiptOcr = (changes: object = {}) => ({
  id: "acme/receipt-ocr",
  version: "1",
  task: "optical-character-recognition",
  title: "Receipt reader",
  description: "Reads receipts.",
  provider: "http",
  settings: { url: receipts.url },
  secrets: { "x-api-key": "s3cret-of-acme" },
  allowHosts: [receipts.host],
  merit: 0.95,
  ...changes,
});

async function read(wait = 60): Promise<Run> {
  const form = new FormData();
  form.set("request", "Read the text in this receipt.");
  form.set("file", new Blob([await sampleBytes("note.png")]), "receipt.png");
  form.set("options", JSON.stringify({ reuse: false }));
  const response = await fetch(`${server.url}/v1/runs?wait=${wait}`, { method: "POST", body: form });
  return runSchema.parse(await response.json());
}

const reader = ({ nodes }: Run) => nodes.find(({ task }) => task === "optical-character-recognition");

describe("an expert that is registered while the server works", () => {
  it(verifies("experts:hot", "experts:failover"), { timeout: 120_000 }, async () => {
    const before = await read();
    expect(reader(before)?.expert).toBe("builtin/pp-ocr-v4");

    // In the middle of a run.
    const under = read();
    const taken = await admin("POST", "/v1/experts", receiptOcr());
    expect(taken.status, taken.text).toBe(201);
    expect(taken.json).toMatchObject({
      id: "acme/receipt-ocr",
      version: "1",
      registered: { state: "verified", source: "api", secrets: ["x-api-key"], trial: { ok: true } },
    });
    expect(taken.text).not.toContain("s3cret-of-acme");
    expect((await under).status).toBe("succeeded");
    expect(receipts.calls.length).toBeGreaterThan(0);

    const first = await read();
    expect(reader(first)).toMatchObject({ status: "succeeded", expert: "acme/receipt-ocr" });

    await receipts.close();
    for (const run of [await read(), await read()]) {
      expect(run.status).toBe("succeeded");
      expect(reader(run)).toMatchObject({ status: "succeeded", expert: "builtin/pp-ocr-v4" });
    }
    const graph = await (await fetch(`${server.url}/v1/runs/${first.id}/graph`)).text();
    expect(graph).toContain("acme/receipt-ocr");
    expect((await admin("DELETE", "/v1/experts/acme/receipt-ocr")).status).toBe(204);
    expect(reader(await read())?.experts.map(({ id }) => id)).not.toContain("acme/receipt-ocr");
  });

  it(verifies("experts:trial"), { timeout: 60_000 }, async () => {
    const broken = await startHttpExpert(() => ({ text: 42, boxes: "none" }));
    const wrong = receiptOcr({ id: "acme/broken", settings: { url: broken.url }, allowHosts: [broken.host] });
    const refused = await admin("POST", "/v1/experts", wrong);
    expect(refused.status, refused.text).toBe(422);
    expect(refused.json).toMatchObject({ code: "trial-failed" });
    expect((await admin("GET", "/v1/experts/acme/broken")).status).toBe(404);

    const anyway = await admin("POST", "/v1/experts?unverified=true", wrong);
    expect(anyway.json).toMatchObject({ registered: { state: "unverified", trial: { ok: false } } });
    const checked = await admin("POST", "/v1/experts/acme/broken/check");
    expect(checked.json).toMatchObject({ ok: false, expert: "acme/broken@1" });
    await admin("DELETE", "/v1/experts/acme/broken");

    const calls = broken.calls.length;
    const untried = await admin("POST", "/v1/experts?trial=false", { ...wrong, version: "2" });
    expect(untried.json).toMatchObject({ registered: { state: "unverified" } });
    expect(untried.json).not.toHaveProperty("registered.trial");
    expect(broken.calls).toHaveLength(calls);
    await admin("DELETE", "/v1/experts/acme/broken");
    await broken.close();
  });

  it(verifies("experts:task"), { timeout: 60_000 }, async () => {
    const weigher = await startHttpExpert(({ inputs }) => ({
      text: `It weighs ${String(inputs["text"]).length} grams.`,
    }));
    const task = {
      id: "text-weighing",
      title: "Weighing",
      description: "Tells how much a text weighs.",
      inputs: { text: { type: "text", description: "The text.", slot: "passage" } },
      outputs: { text: { type: "text", description: "Its weight.", noun: "weight" } },
      phrases: ["weigh"],
      examples: ["Weigh this text."],
    };
    const registration = {
      id: "acme/scales",
      task,
      title: "Scales",
      provider: "http",
      settings: { url: weigher.url },
      allowHosts: [weigher.host],
    };
    const taken = await admin("POST", "/v1/experts", registration);
    expect(taken.status, taken.text).toBe(201);
    const response = await fetch(`${server.url}/v1/runs?wait=60`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: 'Weigh this text: "twelve bytes"' }] }),
    });
    const run = runSchema.parse(await response.json());
    expect(run.status).toBe("succeeded");
    expect(JSON.stringify(run)).toContain("It weighs 12 grams.");
    await admin("DELETE", "/v1/experts/acme/scales");
    await weigher.close();
  });

  it(verifies("experts:admin"), async () => {
    expect((await admin("POST", "/v1/experts", receiptOcr(), "wrong-token")).status).toBe(401);
    expect((await admin("DELETE", "/v1/experts/builtin/flite")).json).toMatchObject({ code: "invalid-request" });
    expect((await admin("POST", "/v1/experts", receiptOcr({ id: "builtin/mine" }))).json).toMatchObject({
      code: "invalid-request",
      detail: expect.stringContaining("builtin/") as string,
    });
    const misspelled = receiptOcr({ id: "acme/x", setings: {} });
    expect((await admin("POST", "/v1/experts", misspelled)).json).toMatchObject({
      detail: expect.stringContaining("setings") as string,
    });
    const inside = receiptOcr({ id: "acme/inside", allowHosts: [], settings: { url: "http://127.0.0.1:9/" } });
    expect((await admin("POST", "/v1/experts", inside)).json).toMatchObject({ code: "trial-failed" });
  });

  it(verifies("experts:restart"), { timeout: 90_000 }, async () => {
    const steady = await startHttpExpert(() => ({ text: "steady", boxes: [] }));
    const registration = receiptOcr({ id: "acme/steady", settings: { url: steady.url }, allowHosts: [steady.host] });
    expect((await admin("POST", "/v1/experts", registration)).status).toBe(201);
    await server.stop("SIGKILL");
    server = await startServer(folder, { TUTTI_LOG: "json", TUTTI_ADMIN_TOKEN: TOKEN });
    expect(reader(await read())).toMatchObject({ expert: "acme/steady", status: "succeeded" });
    await admin("DELETE", "/v1/experts/acme/steady");
    await steady.close();
  });

  it(verifies("experts:cli"), { timeout: 90_000 }, async () => {
    const shell = await startHttpExpert(() => ({ text: "from the shell", boxes: [] }));
    const registration = receiptOcr({ id: "acme/shell", settings: { url: shell.url }, allowHosts: [shell.host] });
    const file = `${folder}/shell.json`;
    await (await import("node:fs/promises")).writeFile(file, JSON.stringify(registration));
    const run = async (...args: string[]): Promise<readonly [number | null, string]> => {
      const { child, output } = spawnTutti(["experts", ...args], { TUTTI_URL: server.url, TUTTI_ADMIN_TOKEN: TOKEN });
      const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
      await sleep(50);
      return [code, output()];
    };
    expect(await run("add", file)).toEqual([0, expect.stringContaining("acme/shell@1 verified")]);
    expect(await run("add", file)).toEqual([1, expect.stringContaining("raise its version")]);
    expect(await run("check", "acme/shell")).toEqual([0, expect.stringContaining("✓ acme/shell@1")]);
    expect(await run("list")).toEqual([0, expect.stringContaining("acme/shell@1")]);
    expect(await run("remove", "acme/shell")).toEqual([0, expect.stringContaining("acme/shell removed")]);
    await shell.close();
  });
});
