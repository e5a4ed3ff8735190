/** Is an accepted run finished when the server is killed in the middle of it? */
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { verifies } from "./requirements.ts";
import { sampleBytes } from "./samples.ts";
import { removeFolder, startServer, temporaryFolder } from "./server.ts";

const runSchema = z.object({
  status: z.string(),
  nodes: z.array(z.object({ id: z.string(), task: z.string(), status: z.string() }).loose()),
});
const eventSchema = z.object({ type: z.string(), data: z.looseObject({ nodeId: z.string().optional() }) }).loose();

let folder = "";

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => removeFolder(folder));

async function eventsOf(url: string, id: string) {
  const text = await (await fetch(`${url}/v1/runs/${id}/events`, { signal: AbortSignal.timeout(90_000) })).text();
  return [...text.matchAll(/^data: ?(.*)$/gm)].map(([, data = ""]) => eventSchema.parse(JSON.parse(data)));
}

it(verifies("crash:resumes", "crash:keeps-results"), { timeout: 120_000 }, async () => {
  const first = await startServer(folder, { TUTTI_LOG: "off" });
  const form = new FormData();
  const longText = "The weather was fine and everybody was happy. ".repeat(30);
  form.set("request", `Is this positive or negative, and read it aloud: '${longText}'. Describe the photo.`);
  form.set("file", new Blob([sampleBytes("coffee.png")]), "coffee.png");
  const accepted = await fetch(`${first.url}/v1/runs`, { method: "POST", body: form });
  const { id } = z.object({ id: z.string() }).parse(await accepted.json());

  const look = async () => runSchema.parse(await (await fetch(`${first.url}/v1/runs/${id}`)).json());
  const finished = async (): Promise<string[]> =>
    (await look()).nodes.filter(({ status, task }) => status === "succeeded" && task !== "plan").map((node) => node.id);
  while ((await finished()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const done = await finished();
  expect((await look()).status).toBe("running");
  expect(await first.stop("SIGKILL")).toBe("SIGKILL");

  const second = await startServer(folder, { TUTTI_LOG: "off" });
  const events = await eventsOf(second.url, id);
  const run = runSchema.parse(await (await fetch(`${second.url}/v1/runs/${id}`)).json());
  expect(await second.stop()).toBe(0);

  expect(run.status).toBe("succeeded");
  expect(run.nodes.every(({ status }) => status === "succeeded")).toBe(true);
  const starts = (nodeId: string): number =>
    events.filter(({ type, data }) => type === "node-started" && data.nodeId === nodeId).length;
  for (const nodeId of done) expect(starts(nodeId), nodeId).toBe(1);
  const redone = run.nodes.filter(({ id: nodeId }) => starts(nodeId) > 1);
  expect(redone.length).toBeGreaterThan(0);
  for (const node of run.nodes) {
    const ends = events.filter(({ type, data }) => type === "node-succeeded" && data.nodeId === node.id);
    expect(ends, node.id).toHaveLength(1);
  }
});

it(verifies("serve:drains"), { timeout: 60_000 }, async () => {
  const server = await startServer(folder, { TUTTI_LOG: "off" });
  const text = "Everybody was happy that day. ".repeat(25);
  const body = JSON.stringify({ messages: [{ role: "user", content: `Read this aloud: '${text}'` }] });
  const headers = { "content-type": "application/json" };
  const accepted = await fetch(`${server.url}/v1/runs`, { method: "POST", body, headers });
  const { id } = z.object({ id: z.string() }).parse(await accepted.json());
  for (;;) {
    const run = runSchema.parse(await (await fetch(`${server.url}/v1/runs/${id}`)).json());
    if (run.nodes.some(({ task, status }) => task === "text-to-speech" && status === "running")) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await server.stop("SIGTERM")).toBe(0);

  // What was active was finished, not thrown away: the next start finds it done.
  const next = await startServer(folder, { TUTTI_LOG: "off" });
  const events = await eventsOf(next.url, id);
  const speech = events.filter(({ type, data }) => type === "node-started" && data["expert"] !== undefined);
  expect(await next.stop()).toBe(0);
  expect(speech).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ type: "run-finished", data: { status: "succeeded" } });
});
