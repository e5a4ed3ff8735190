/** Does a whole Tutti use its device as the lane promises: by batches, within its memory, on the record? */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTutti, type PlanNode, type RunReport, type Tutti } from "../../src/index.ts";
import { verifies } from "./requirements.ts";
import { removeFolder, temporaryFolder } from "./server.ts";

const EXPERTS = join(import.meta.dirname, "../fakes/batch-experts.ts");
const STEPS = 24;
let folder = "";
let tutti: Tutti;

beforeAll(async () => {
  folder = await temporaryFolder();
  // The expert's card declares 1000 MiB, and 100 for every input: eight fit, although it would take sixteen.
  tutti = await createTutti({ dataFolder: folder, log: "off", expertModules: [EXPERTS], devices: "test:1850" });
});

afterAll(async () => {
  await tutti.close();
  await removeFolder(folder);
});

const step = (id: string, expert: string): PlanNode => ({
  id,
  task: "echo",
  expert,
  inputs: { text: { value: { type: "text", value: id } } },
});

async function run(plan: PlanNode[]): Promise<RunReport> {
  const request = { messages: [{ role: "user" as const, content: [] }], options: {}, plan };
  const { runId } = await tutti.submit(request, { tenant: "t" });
  return tutti.wait("t", runId, AbortSignal.timeout(20_000));
}

it(verifies("gpu:device"), async () => {
  const plan = Array.from({ length: STEPS }, (_, index) => step(`s${index}`, "test/on-device"));
  const { state } = await run(plan);
  expect(state.status).toBe("succeeded");
  const steps = [...state.nodes.values()].filter(({ spec }) => spec.kind === "task");
  const sizes = steps.map(({ usage }) => usage.batchSize ?? 0);
  expect(Math.max(...sizes)).toBe(8);
  for (const { usage } of steps) expect(usage.deviceMs).toBeGreaterThan(0);
  // A call of n inputs took 20 ms and 2 for each: the shares add up to the calls, not to n times the calls.
  const calls = sizes.reduce((sum, size) => sum + 1 / size, 0);
  const held = steps.reduce((sum, { usage }) => sum + (usage.deviceMs ?? 0), 0);
  expect(held).toBeGreaterThan(calls * 18);
  const waited = steps.reduce((sum, { usage }) => sum + (usage.runMs ?? 0), 0);
  expect(held).toBeLessThan(waited);
});

it("a model that can never fit on the device is told so, with both numbers", async () => {
  const { state } = await run([step("big", "test/on-device"), step("other", "test/too-large")]);
  expect(state.status).toBe("partial");
  expect(state.nodes.get("other")?.error).toMatchObject({ code: "expert-unavailable" });
  expect(state.nodes.get("other")?.error?.message).toMatch(/needs 5000 MiB.* 1850 MiB/);
});
