/**
 * Do calls go where they go well, is a broken expert left alone and taken back, and can a hostile one do more than fail?
 * The server is a process of its own, the experts are other servers on this machine.
 */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { expertListSchema } from "../../src/http/schemas-catalogue.ts";
import { startHttpExpert, type HttpExpert } from "../fakes/http-expert.ts";
import {
  harmless,
  hostile,
  redirectTo,
  startHostileExpert,
  type Behaviour,
  type HostileExpert,
} from "../fakes/hostile-http-expert.ts";
import { seededRandom } from "../fakes/seeded-random.ts";
import { verifies } from "./requirements.ts";
import { removeFolder, spawnTutti, startServer, temporaryFolder, type Server } from "./server.ts";

const nodeSchema = z.looseObject({
  task: z.string(),
  status: z.string(),
  expert: z.string().optional(),
  experts: z.array(z.object({ id: z.string(), version: z.string() })),
  routing: z.string().optional(),
  failedAttempts: z
    .array(z.object({ expert: z.string(), error: z.looseObject({ code: z.string(), message: z.string() }) }))
    .default([]),
});
const runSchema = z.looseObject({ status: z.string(), nodes: z.array(nodeSchema) });

let folder = "";
let server: Server;
const experts: Pick<HttpExpert, "close">[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startServer(folder, { TUTTI_LOG: "json" });
});

afterAll(async () => {
  await server.stop();
  await Promise.all(experts.map((expert) => expert.close()));
  await removeFolder(folder);
});

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }> {
  const response = await fetch(server.url + path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text === "" ? undefined : JSON.parse(text) };
}

const taskNamed = (id: string) => ({
  id,
  title: id,
  description: `Does the ${id} of a text.`,
  inputs: { text: { type: "text", description: "The text." } },
  outputs: { text: { type: "text", description: "What came of it." } },
});

async function register(
  id: string,
  task: string,
  { url, host }: { url: string; host: string },
  more: object = {},
  settings: object = {},
) {
  const registration = {
    id,
    task: taskNamed(task),
    title: id,
    provider: "http",
    settings: { url, maxBytes: 4 * 2 ** 20, ...settings },
    allowHosts: [host],
    ...more,
  };
  const { status, json } = await ask("POST", "/v1/experts?unverified=true", registration);
  expect(status, JSON.stringify(json)).toBe(201);
}

/** One step of a task. */
async function step(task: string) {
  const { json } = await ask("POST", "/v1/runs?wait=60", {
    messages: [{ role: "user", content: "Go." }],
    plan: [{ id: "t1", task, inputs: { text: { value: { type: "text", value: "some words" } } } }],
  });
  const run = runSchema.parse(json);
  const node = run.nodes.find((one) => one.task === task) ?? expect.fail("the step is not there");
  return { ...node, status: run.status, leader: node.experts[0]?.id };
}

async function measuredOf(id: string) {
  const { json } = await ask("GET", "/v1/experts");
  return expertListSchema.parse(json).experts.find((expert) => expert.id === id)?.measured;
}

/** @returns the expert, and how to break it and to mend it */
async function startMortal(id: string, task: string, more: object, settings: object = {}) {
  let isBroken = false;
  const expert = await startHttpExpert(() => {
    if (isBroken) throw new Error("out of order");
    return { text: id };
  });
  experts.push(expert);
  await register(id, task, expert, more, settings);
  return { id, expert, setBroken: (broken: boolean) => void (isBroken = broken) };
}

type Mortal = Awaited<ReturnType<typeof startMortal>>;

/** After good work it fails three times, and another one does the steps. */
async function breakAtWork(task: string, { id, setBroken }: Mortal, other: string): Promise<void> {
  for (let n = 0; n < 8; n++) {
    expect(await step(task)).toMatchObject({ status: "succeeded", expert: id, failedAttempts: [] });
  }
  setBroken(true);
  const [first, second] = [await step(task), await step(task)];
  for (const run of [first, second]) expect(run).toMatchObject({ status: "succeeded", leader: id, expert: other });
  // A repetition, which might have helped; then the third failure, after which none is made.
  expect(first.failedAttempts).toHaveLength(2);
  expect(second.failedAttempts).toHaveLength(1);
}

/** Does its part in so many of its calls, by chance that is the same every time. */
async function startUnsteady(id: string, task: string, success: number) {
  const random = seededRandom(5);
  const expert = await startHttpExpert(() => {
    if (random() >= success) throw new Error("not this time");
    return { text: id };
  });
  experts.push(expert);
  await register(id, task, expert);
}

describe("measured merit", () => {
  let mortal: Mortal;
  let sickly: Mortal;
  let health: HostileExpert;

  it(verifies("merit:breaker"), { timeout: 60_000 }, async () => {
    health = await startHostileExpert((response) => void response.writeHead(503).end());
    experts.push(health);
    mortal = await startMortal("acme/mortal", "dying", { merit: 1 });
    await startMortal("acme/steady", "dying", { merit: 0.2 });
    await breakAtWork("dying", mortal, "acme/steady");
    const calls = mortal.expert.calls.length;
    const third = await step("dying");
    expect(third).toMatchObject({ leader: "acme/steady", failedAttempts: [] });
    expect(third.routing).toContain("next: acme/mortal (3 failures in a row (expert-failed))");
    expect(third.experts.map(({ id }) => id)).toEqual(["acme/steady", "acme/mortal"]);
    expect(mortal.expert.calls).toHaveLength(calls);
    expect(await measuredOf("acme/mortal")).toMatchObject({
      state: "open",
      failedInRow: 3,
      lastError: { code: "expert-failed", message: expect.stringContaining("out of order") as string },
    });
  });

  it("so is one that can be asked", { timeout: 60_000 }, async () => {
    health = await startHostileExpert((response) => void response.writeHead(503).end());
    experts.push(health);
    const asked = { healthUrl: health.url };
    sickly = await startMortal("acme/sickly", "ailing", { merit: 1, allowHosts: ["127.0.0.0/8"] }, asked);
    await startMortal("acme/well", "ailing", { merit: 0.2 });
    await breakAtWork("ailing", sickly, "acme/well");
    expect(await measuredOf("acme/sickly")).toMatchObject({ state: "open", failedInRow: 3 });
  });

  it(verifies("merit:converges"), { timeout: 120_000 }, async () => {
    await startUnsteady("acme/a-unsteady", "gambling", 0.6);
    await startUnsteady("acme/b-steady", "gambling", 0.95);
    const steps: Awaited<ReturnType<typeof step>>[] = [];
    for (let n = 0; n < 60; n++) steps.push(await step("gambling"));
    expect(steps.every(({ status }) => status === "succeeded")).toBe(true);
    const late = steps.slice(30);
    const led = late.filter(({ leader }) => leader === "acme/b-steady");
    expect(led.length).toBeGreaterThanOrEqual(27);
    expect(led.at(-1)?.routing).toMatch(/^9\d % of \d+ calls went well, p95 \d+ ms, warm; next: acme\/a-unsteady \(/);

    const [unsteady, steady] = await Promise.all([measuredOf("acme/a-unsteady"), measuredOf("acme/b-steady")]);
    expect(steady?.calls).toBeGreaterThan(unsteady?.calls ?? Infinity);
    expect(steady?.successShare).toBeGreaterThan(unsteady?.successShare ?? Infinity);
    expect(steady?.p95Ms).toBeGreaterThan(0);

    const { child, output } = spawnTutti(["experts", "list"], { TUTTI_URL: server.url });
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
    expect(output()).toMatch(/acme\/b-steady@1 .*\n.*\n.*\n +9\d % of \d+ calls went well, p50 \d+ ms, p95 \d+ ms/);
    expect(output()).toMatch(/open after 3 failures in a row: expert-failed .*out of order/);
  });

  it(`takes back who was broken: ${verifies("merit:breaker")}`, { timeout: 120_000 }, async () => {
    mortal.setBroken(false);
    const broken = mortal.expert.calls.length;
    while ((await measuredOf("acme/mortal"))?.state !== "half-open") await new Promise((go) => setTimeout(go, 250));
    expect(mortal.expert.calls).toHaveLength(broken);
    // The first of these asks for the right to try it, and does not wait for that.
    let tried = await step("dying");
    while (tried.leader !== "acme/mortal") tried = await step("dying");
    expect(tried).toMatchObject({ status: "succeeded", expert: "acme/mortal" });
    expect(tried.routing).toContain("one call to see whether it works again, after 3 failures in a row");
    expect(mortal.expert.calls).toHaveLength(broken + 1);
    expect(await measuredOf("acme/mortal")).toMatchObject({ state: "closed", failedInRow: 0 });
  });

  it("asks the expert itself first, where it can be asked, instead of trying it with a step", async () => {
    sickly.setBroken(false);
    const calls = sickly.expert.calls.length;
    const { failedInRow = 0 } = (await measuredOf("acme/sickly")) ?? {};
    while (health.requests() === 0) expect(await step("ailing")).toMatchObject({ expert: "acme/well" });
    while ((await measuredOf("acme/sickly"))?.failedInRow === failedInRow) await step("ailing");
    expect(await measuredOf("acme/sickly")).toMatchObject({
      state: "open",
      failedInRow: failedInRow + 1,
      lastError: { message: expect.stringContaining("health: ") as string },
    });
    expect(sickly.expert.calls).toHaveLength(calls);
  });
});

describe("a hostile expert", () => {
  const timeouts = ["never answers", "hangs after its headers", "sends a byte now and then"];
  const canary = startHostileExpert((response) => void response.writeHead(200).end("{}"));

  beforeAll(async () => {
    experts.push(await canary);
    const steady = await startHttpExpert(() => ({ text: "done" }));
    experts.push(steady);
    await register("acme/last-resort", "enduring", steady, { merit: 0.1 });
  });

  const cases: readonly (readonly [string, () => Promise<Behaviour>, RegExp])[] = [
    ...Object.entries(hostile).map(
      ([name, behave]) =>
        [name, () => Promise.resolve(behave), timeouts.includes(name) ? /^timeout$/ : /^expert-failed$/] as const,
    ),
    ["redirects to a private address", async () => redirectTo((await canary).url), /^expert-unavailable$/],
    [
      "redirects to where clouds keep their keys",
      async () => redirectTo("http://169.254.169.254/latest/meta-data/"),
      /^expert-unavailable$/,
    ],
  ];

  it.each(cases)(`that %s: ${verifies("experts:hostile")}`, { timeout: 60_000 }, async (name, behaviour, code) => {
    const bad = await startHostileExpert(harmless);
    experts.push(bad);
    const id = `acme/${name.replaceAll(" ", "-")}`;
    const timeoutMs = code.test("timeout") ? 1500 : 15_000;
    await register(id, "enduring", bad, { merit: 1, limits: { timeoutMs } });
    onTestFinished(async () => void (await ask("DELETE", `/v1/experts/${encodeURIComponent(id)}`)));
    bad.turn(await behaviour());
    const before = bad.requests();
    const run = await step("enduring");
    expect(run).toMatchObject({ status: "succeeded", leader: id, expert: "acme/last-resort" });
    expect(run.failedAttempts.length).toBeGreaterThan(0);
    for (const { expert, error } of run.failedAttempts) {
      expect(expert).toBe(id);
      expect(error.code).toMatch(code);
    }
    // What has cost all its time, or can't be had, is not asked a second time.
    if (!code.test("expert-failed")) expect(bad.requests()).toBe(before + 1);
    expect((await canary).requests()).toBe(0);
    expect(server.process.exitCode).toBeNull();
    expect(server.output()).not.toContain("worker-crashed");
    bad.turn(harmless);
    expect(await step("enduring")).toMatchObject({ status: "succeeded", failedAttempts: [] });
  });
});
