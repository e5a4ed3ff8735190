/** Does a served Tutti do the main job for a stranger with curl, and behave as a server should? */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import sharp from "sharp";
import { z } from "zod";
import { verifies } from "./requirements.ts";
import { sampleBytes } from "./samples.ts";
import { removeFolder, spawnTutti, startServer, temporaryFolder, type Server } from "./server.ts";

const runSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  answer: z
    .object({
      text: z.string(),
      citations: z.array(z.object({ node: z.string(), start: z.number(), end: z.number() }).loose()),
      assets: z.array(z.object({ asset: z.string(), name: z.string(), url: z.string(), node: z.string() }).loose()),
    })
    .optional(),
  nodes: z.array(
    z.looseObject({
      id: z.string(),
      task: z.string(),
      status: z.string(),
      expert: z.unknown().optional(),
      error: z.object({ code: z.string(), message: z.string() }).loose().optional(),
    }),
  ),
});

let folder = "";
let server: Server;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startServer(folder, { TUTTI_LOG: "json" });
});

afterAll(async () => {
  await server.stop();
  await removeFolder(folder);
});

async function postRun(body: unknown, path = "/v1/runs?wait=60", headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { response, json: await response.json() };
}

const words = (text: string) => ({ messages: [{ role: "user", content: text }] });

describe("a served Tutti", () => {
  it(verifies("serve:banner", "experts:unavailable"), async () => {
    expect(server.output()).toMatch(/planner +builtin@1/);
    expect(server.output()).toMatch(/experts +\d+ available: .*object-detection/);
    expect(server.output()).toMatch(/no expert .*text-to-image/);
    const ready = await fetch(`${server.url}/readyz`);
    expect(ready.status).toBe(200);
    const tasks = await (await fetch(`${server.url}/v1/tasks`)).json();
    expect(JSON.stringify(tasks)).toContain("no expert for text-to-image is registered");
  });

  it(verifies("serve:answers", "http:multipart", "answer:cites"), async () => {
    const form = new FormData();
    form.set("request", "Find the objects in coffee.png and draw boxes around them. Read the note aloud.");
    form.set("file", new Blob([sampleBytes("coffee.png")]), "coffee.png");
    form.set("other", new Blob([sampleBytes("note.png")]), "note.png");
    const response = await fetch(`${server.url}/v1/runs?wait=90`, { method: "POST", body: form });
    const run = runSchema.parse(await response.json());
    expect(response.status).toBe(200);
    expect(run.status).toBe("succeeded");
    const { text = "", citations = [], assets = [] } = run.answer ?? {};
    expect(text).toMatch(/coffee\.png.*cup/);
    for (const { node, start, end } of citations) expect(text.slice(start, end)).toBe(`[${node}]`);
    expect(citations.map(({ node }) => node).toSorted()).toEqual(
      run.nodes
        .filter(({ id }) => id !== "plan" && id !== "answer")
        .map(({ id }) => id)
        .toSorted(),
    );

    const picture = assets.find(({ name }) => name.endsWith(".png"));
    const bytes = await (await fetch(server.url + (picture?.url ?? ""))).arrayBuffer();
    const { width, height } = await sharp(Buffer.from(bytes)).metadata();
    expect({ width, height }).toEqual({ width: 600, height: 400 });

    const speech = assets.find(({ name }) => name.endsWith(".wav"));
    const wav = Buffer.from(await (await fetch(server.url + (speech?.url ?? ""))).arrayBuffer());
    expect(wav.subarray(0, 4).toString()).toBe("RIFF");
    expect(wav.length).toBeGreaterThan(50_000);
  });

  it(verifies("http:json"), async () => {
    const url = `data:image/png;base64,${sampleBytes("chelsea.png").toString("base64")}`;
    const content = [
      { type: "text", text: "Which objects are in this picture?" },
      { type: "image_url", image_url: { url } },
    ];
    const { json } = await postRun({ messages: [{ role: "user", content }] });
    const run = runSchema.parse(json);
    expect(run.status).toBe("succeeded");
    expect(run.answer?.text).toMatch(/\bcat\b/);
  });

  it(verifies("http:events"), async () => {
    const { json } = await postRun(words("Which language is this? 'Bonjour tout le monde, comment allez-vous ?'"));
    const { id, answer } = runSchema.parse(json);
    expect(answer?.text).toMatch(/French/);
    const all = await (await fetch(`${server.url}/v1/runs/${id}/events`)).text();
    const seqs = [...all.matchAll(/^id: ?(\d+)$/gm)].map(([, seq]) => Number(seq));
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(all).toMatch(/event: ?run-finished/);
    const rest = await fetch(`${server.url}/v1/runs/${id}/events`, { headers: { "last-event-id": "3" } });
    const resumed = [...(await rest.text()).matchAll(/^id: ?(\d+)$/gm)].map(([, seq]) => Number(seq));
    expect(resumed).toEqual(seqs.slice(3));
  });

  it(verifies("http:graph"), async () => {
    const { json } = await postRun(words("Is this positive or negative: 'I love it'?"));
    const { id } = runSchema.parse(json);
    const graph = async (format: string): Promise<string> =>
      (await fetch(`${server.url}/v1/runs/${id}/graph?format=${format}`)).text();
    expect(await graph("text")).toContain("sentiment-analysis");
    expect(await graph("mermaid")).toMatch(/^flowchart TD/);
    expect(JSON.parse(await graph("json"))).toMatchObject({ runId: id, status: "succeeded" });
  });

  it(verifies("http:idempotent"), async () => {
    const headers = { "idempotency-key": "order-66" };
    const first = await postRun(words("Summarize 'It rained.'"), "/v1/runs", headers);
    const again = await postRun(words("Summarize 'It rained.'"), "/v1/runs", headers);
    const other = await postRun(words("Summarize 'It snowed.'"), "/v1/runs", headers);
    expect(runSchema.parse(again.json).id).toBe(runSchema.parse(first.json).id);
    expect(other.response.status).toBe(422);
    expect(other.json).toMatchObject({ code: "idempotency-mismatch" });
  });

  it(verifies("http:openapi"), async () => {
    const document = z
      .object({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })
      .parse(await (await fetch(`${server.url}/openapi.json`)).json());
    expect(document.openapi).toMatch(/^3\.1/);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(["/v1/runs", "/v1/runs/{id}", "/v1/runs/{id}/events", "/v1/plans", "/v1/assets"]),
    );
  });

  it("plans without running, and runs a plan that somebody edited", async () => {
    const planned = await postRun(
      words("Summarize and read aloud: 'It rained all day. We stayed at home.'"),
      "/v1/plans",
    );
    const { nodes } = z.object({ nodes: z.array(z.looseObject({ task: z.string() })) }).parse(planned.json);
    expect(nodes.map(({ task }) => task)).toContain("summarization");
    const plan = nodes.filter(({ task }) => task === "summarization");
    const { json } = await postRun({ ...words("edited"), plan });
    const run = runSchema.parse(json);
    expect(run.status).toBe("succeeded");
    expect(run.nodes.map(({ task }) => task)).toEqual(["plan", "answer", "summarization"]);
  });

  it(verifies("log:lines"), async () => {
    const { json } = await postRun(words("Is this positive or negative: 'I hate it'?"));
    const { id } = runSchema.parse(json);
    // The answer may be here before the last lines are.
    while (!server.output().includes(`${id} result`)) await new Promise((resolve) => setTimeout(resolve, 10));
    const lines = server
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line["runId"] === id);
    const events = lines.flatMap((line) => (typeof line["event"] === "string" ? [line["event"]] : []));
    expect(events[0]).toBe("run-created");
    expect(events.at(-1)).toBe("run-finished");
    expect(lines.filter((line) => typeof line["graph"] === "string")).toHaveLength(2);
  });

  it(verifies("serve:folder-in-use"), async () => {
    const { child, output } = spawnTutti(["serve"], { TUTTI_DATA: folder, PORT: "0" });
    const code = await new Promise((resolve) => child.once("exit", resolve));
    expect(code).toBe(1);
    expect(output()).toContain(String(server.process.pid));
    expect(output()).toMatch(/TUTTI_DATA/);
  });

  it(verifies("serve:port-in-use"), async () => {
    const other = await temporaryFolder();
    const { child, output } = spawnTutti(["serve"], { TUTTI_DATA: other, PORT: new URL(server.url).port });
    const code = await new Promise((resolve) => child.once("exit", resolve));
    await removeFolder(other);
    expect(code).toBe(1);
    expect(output()).toMatch(/PORT/);
  });
});
