/**
 * A sceptic doubts that a language model that really runs here conducts: that its streamed text becomes steps, that what
 * it gets wrong is mended or replaced and the run says which, that no run is lost to it, and that no answer says more
 * than was recorded. All of this must hold for any model; how good its plans are is printed, and not judged.
 */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { requestFromFiles } from "../../../src/cli/request-from-files.ts";
import { loadConfig } from "../../../src/config.ts";
import { createTutti, type Tutti } from "../../../src/index.ts";
import { samplePath } from "../../e2e/samples.ts";
import { removeFolder, temporaryFolder } from "../../e2e/server.ts";
import { expectJson, expectSound } from "./expect-sound.ts";
import { eachWay } from "./open-model.ts";
import { idleAfter } from "./processor-time.ts";
import { tenRequests, type Asked } from "./requests.ts";
import { tableOf, type Row } from "./table.ts";
import { makeVoiceNotes } from "./voice-notes.ts";
import { watchCalls } from "./watch-calls.ts";
import { isRandom, isShort, modelFile } from "./what-is-here.ts";

const TENANT = "t";
/** A slow machine with a large model takes minutes for a plan. */
const LIMIT_MS = 1_500_000;

const asked = isShort ? tenRequests.slice(0, 2) : tenRequests;
const watcher = watchCalls();

eachWay("ten requests", (model, way) => {
  let tutti: Tutti;
  let folder = "";
  let notes: ReadonlyMap<string, string>;
  const rows: Row[] = [];

  beforeAll(async () => {
    watcher.here();
    folder = await temporaryFolder();
    const { llm } = loadConfig({ TUTTI_LLM: model().name });
    tutti = await createTutti({ dataFolder: folder, log: "off", llm });
    notes = await makeVoiceNotes(tutti, TENANT, folder);
  }, 300_000);

  afterAll(async () => {
    console.log(tableOf(`${modelFile}${isRandom ? " (random weights: its plans mean nothing)" : ""}, ${way}`, rows));
    await tutti.close();
    await removeFolder(folder);
  }, 60_000);

  async function submit({ words, files }: Asked): Promise<string> {
    watcher.here();
    watcher.take();
    const paths = files.map((file) => notes.get(file) ?? file);
    const request = await requestFromFiles(tutti, TENANT, words, paths);
    const options = { deadline: LIMIT_MS / 1000, reuse: false };
    return (await tutti.submit({ ...request, options }, { tenant: TENANT })).runId;
  }

  const ended = (runId: string) => tutti.wait(TENANT, runId, AbortSignal.timeout(LIMIT_MS));

  it.for(asked)("$words", { timeout: LIMIT_MS + 30_000 }, async (one) => {
    const report = await ended(await submit(one));
    const calls = watcher.take();
    rows.push({ words: one.words, report, calls });
    await expectSound(tutti, report, model().name);
    expect(calls.length, "the model was asked").toBeGreaterThan(0);
    for (const call of calls) if (call.constrained) expectJson(call);
    expect(
      calls.some(({ pieces }) => pieces > 1),
      "its words come in pieces",
    ).toBe(true);
  });

  it("evaluates of a second plan only what is its own", () => {
    const [first, second] = rows.map(({ calls }) => calls[0]);
    const evaluated = [first, second].map((call) => (call?.inputTokens ?? 0) - (call?.cachedTokens ?? 0));
    // Some servers use what they evaluated and don't say so.
    if (second?.cachedTokens === undefined) return;
    expect(evaluated[1]).toBeLessThan((evaluated[0] ?? 0) / 2);
  });

  it("stops planning when the run is canceled", { timeout: LIMIT_MS }, async () => {
    // So long that reading it takes the model a while.
    const words = "Then tell me what else the note says about the weekend in Lisbon. ".repeat(85);
    const begun = watcher.next("start");
    const runId = await submit({ words, files: [samplePath("note.png")] });
    await begun;
    await pause(20);
    const canceledAt = performance.now();
    await tutti.cancel(TENANT, runId, "the test wants it");
    const report = await ended(runId);
    const endedMs = performance.now() - canceledAt;
    const idleMs = await idleAfter(model().pid, LIMIT_MS);
    console.log(`canceled while planning: run ended after ${ms(endedMs)}, model idle after ${ms(idleMs)}`);
    expect(report.state.status).toBe("canceled");
    expect(report.state.nodes.get("plan")?.status).toBe("canceled");
    expect(watcher.take().map(({ ending }) => ending)).toEqual([undefined]);
  });

  it("loses no run", async () => {
    const runs = await tutti.runs(TENANT, { limit: 100 });
    const ids = rows.map(({ report }) => report.state.runId);
    expect(runs.map(({ runId }) => runId)).toEqual(expect.arrayContaining(ids));
    expect(ids).toHaveLength(asked.length);
  });
});

const ms = (time: number | undefined): string => (time === undefined ? "an unknown time" : `${time.toFixed(0)} ms`);
