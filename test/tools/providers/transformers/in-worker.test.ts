/** Does all of it hold where it is meant to run: in a host process of a worker, called over its channel, killed at will? */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExpertCall } from "../../../../src/ports/expert-runner.ts";
import { makeCard } from "../../../../src/registry/make-card.ts";
import { registrationSchema, type Registration } from "../../../../src/registry/registration.ts";
import { openProvider } from "../../../../tools/providers/index.ts";
import { createProcessPool, type ProcessPool } from "../../../../workers/process-pool.ts";
import { vlmCore } from "../../../../workers/vlm-core.ts";
import { seededRandom } from "../../../bench/graphs.ts";
import { captionOf, drawScene, randomScene } from "../../../fixtures/models/scenes.ts";
import { fileAt, noHub, taskOf } from "./call-provider.ts";

const FIXTURES = fileURLToPath(new URL("../../../fixtures/models/", import.meta.url));
const captioner = join(FIXTURES, "fixture-captioner");
const timeout = 60_000;

let folder: string;
let pool: ProcessPool;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-worker-"));
  pool = createProcessPool({ warn: () => {} });
});
afterAll(() => pool.close());

async function callOf(
  registration: Registration,
  inputs: Record<string, unknown>,
  signal = new AbortController().signal,
): Promise<ExpertCall> {
  const { id, provider, settings } = registration;
  const opened = await openProvider(provider, settings, id);
  const task = taskOf(typeof registration.task === "string" ? registration.task : registration.task.id);
  const card = makeCard(registration, opened.defaults, opened.model);
  const setup = { card, task, settings, secrets: {}, allowHosts: [], environment: noHub };
  const scratch = join(folder, "scratch");
  return { expert: card, registered: { revision: 1, setup }, inputs, scratch, signal };
}

async function scenes(count: number) {
  const random = seededRandom(21);
  const drawn = [];
  for (let at = 0; at < count; at++) {
    const scene = randomScene(random);
    const path = join(folder, `${at}.png`);
    await writeFile(path, await drawScene(scene));
    drawn.push({ image: fileAt(path), caption: captionOf(scene) });
  }
  return drawn;
}

describe("in a host process", () => {
  const registration = registrationSchema.parse({
    id: "acme/captions",
    task: "image-to-text",
    title: "Captions",
    provider: "transformers",
    settings: { model: captioner },
  });

  it("a model is loaded once and captions what it is given", { timeout }, async () => {
    const those = await scenes(5);
    const results = [];
    for (const { image } of those) results.push(await pool.run(await callOf(registration, { image })));
    const right = results.filter(({ outputs }, at) => outputs["text"] === those[at]?.caption);
    expect(right.length).toBeGreaterThanOrEqual(4);
    expect(results.filter(({ usage }) => (usage.loadMs ?? 0) > 0)).toHaveLength(1);
  });

  it("a call that is canceled leaves the others alone", { timeout }, async () => {
    const [one, other] = await scenes(2);
    const stop = new AbortController();
    const canceled = pool.run(await callOf(registration, { image: one?.image }, stop.signal));
    stop.abort();
    await expect(canceled).rejects.toMatchObject({ code: "canceled" });
    const { outputs } = await pool.run(await callOf(registration, { image: other?.image }));
    expect(typeof outputs["text"]).toBe("string");
  });

  it("a model that is not there is told of as such", { timeout }, async () => {
    const [one] = await scenes(1);
    const [missing] = vlmCore("transformers:acme/nowhere");
    if (!missing) throw new Error("a core without tasks");
    await expect(pool.run(await callOf(missing, { image: one?.image }))).rejects.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringMatching(/TUTTI_OFFLINE forbids to download it/),
    });
  });
});

const vlm = join(FIXTURES, "fixture-vlm");

describe("a vision-language model at the centre of a worker", () => {
  it("does its tasks in one process, several pictures at once", { timeout }, async () => {
    const registrations = vlmCore(`transformers:${vlm}`).map((one) =>
      registrationSchema.parse({ ...one, limits: { concurrency: 8, batch: { max: 4, waitMs: 50, memoryMiB: 0 } } }),
    );
    const captions = registrations.find(({ task }) => task === "image-to-text");
    const questions = registrations.find(({ task }) => task === "visual-question-answering");
    if (!captions || !questions) throw new Error("a core without tasks");
    const those = await scenes(6);
    const question = { image: those[0]?.image, question: "How many shapes are there?" };
    const [answer, ...results] = await Promise.all([
      callOf(questions, question).then((call) => pool.run(call)),
      ...those.map(async ({ image }) => pool.run(await callOf(captions, { image }))),
    ]);
    const right = results.filter(({ outputs }, at) => outputs["text"] === those[at]?.caption);
    expect(right.length).toBeGreaterThanOrEqual(4);
    expect(answer.outputs["text"]).toMatch(/^(?:one|two)$/);
  });
});
