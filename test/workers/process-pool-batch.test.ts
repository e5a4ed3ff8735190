/** Do batches, places, memory and devices hold with real processes, real crashes and real aborts? */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ExpertCall, ExpertResult } from "../../src/ports/expert-runner.ts";
import type { Expert } from "../../tools/define-expert.ts";
import { createProcessPool, type ProcessPool, type ProcessPoolOptions } from "../../workers/process-pool.ts";
import { rejection } from "../contracts/contract.ts";
import {
  careful,
  cpuTeller,
  gpuTeller,
  hungry,
  large,
  onDevice,
  otherOnDevice,
  single,
  steady,
  stubborn,
} from "../fakes/batch-experts.ts";

const modules = [new URL("../fakes/batch-experts.ts", import.meta.url)];
let pool: ProcessPool | undefined;

afterEach(async () => {
  await pool?.close();
  pool = undefined;
});

function open(options: ProcessPoolOptions = {}) {
  const opened = createProcessPool({ modules, ...options });
  pool = opened;
  const callOf = ({ card }: Expert, text: string, signal = new AbortController().signal): ExpertCall => {
    return { expert: card, inputs: { text }, scratch: "/nowhere", signal };
  };
  const run = (expert: Expert, text: string, signal?: AbortSignal): Promise<ExpertResult> =>
    opened.run(callOf(expert, text, signal));
  return { pool: opened, run };
}

const textsOf = (results: readonly ExpertResult[]): readonly unknown[] => results.map(({ outputs }) => outputs["text"]);
const sizesOf = (results: readonly ExpertResult[]): readonly unknown[] => results.map(({ usage }) => usage.batchSize);
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `text ${index}`);

describe("batches", () => {
  it("tell of each item what it used", async () => {
    const { run } = open();
    const results = await Promise.all(["a", "bbb", "bb"].map((text) => run(careful, text)));
    expect(sizesOf(results)).toEqual([3, 3, 3]);
    expect(results.map(({ usage }) => [usage.inputTokens, usage.outputTokens])).toEqual([
      [2, 0],
      [4, 1],
      [3, 2],
    ]);
    expect(results[0]?.usage).not.toHaveProperty("cost");
  });

  it("go together, and each item gets its own result and its size", async () => {
    const { run } = open();
    const results = await Promise.all(names(20).map((name) => run(steady, name)));
    expect(textsOf(results)).toEqual(names(20));
    expect(sizesOf(results)).toEqual([...names(16).map(() => 16), ...names(4).map(() => 4)]);
    expect(results[0]?.usage.deviceMs).toBeUndefined();
    // What the expert itself saw.
    expect(results.map(({ outputs }) => outputs["size"])).toEqual(sizesOf(results));
  });

  it("a bad item fails alone, whether the expert names it or chokes on all", async () => {
    const { run } = open();
    for (const expert of [steady, careful]) {
      const texts = ["a", "b", "bad c", "d", "e"];
      const ends = await Promise.all(
        texts.map((text) =>
          run(expert, text).then(
            ({ outputs }) => outputs["text"],
            (error: unknown) => error,
          ),
        ),
      );
      expect(ends).toEqual(["a", "b", expect.objectContaining({ code: "bad-input" }), "d", "e"]);
    }
  });

  it("get smaller where memory runs out, and stay so", async () => {
    const { run } = open();
    const results = await Promise.all(names(16).map((name) => run(hungry, name)));
    expect(textsOf(results)).toEqual(names(16));
    expect(sizesOf(results)).toEqual(names(16).map(() => 4));
    const later = await Promise.all(names(6).map((name) => run(hungry, name)));
    expect(sizesOf(later)).toEqual([4, 4, 4, 4, 2, 2]);
  });

  it("one aborted item ends at once, and the rest of its batch goes on", async () => {
    const { run } = open();
    await run(stubborn, "warm");
    const controller = new AbortController();
    const all = [run(stubborn, "slow"), run(stubborn, "unwanted", controller.signal), run(stubborn, "other")];
    const order: string[] = [];
    const unwanted = rejection(all[1] ?? Promise.resolve()).finally(() => order.push("canceled"));
    const rest = Promise.all([all[0], all[2]]).finally(() => order.push("done"));
    setTimeout(() => controller.abort(), 50);
    expect(await unwanted).toMatchObject({ code: "canceled" });
    for (const result of await rest) expect(result?.usage.batchSize).toBe(3);
    expect(order).toEqual(["canceled", "done"]);
  });

  it("a batch that nobody wants any more and that ignores it is killed, and the next one works", async () => {
    const { run } = open();
    const controller = new AbortController();
    const all = ["deaf", "x", "y"].map((text) => rejection(run(stubborn, text, controller.signal)));
    await run(careful, "the process is up");
    controller.abort();
    for (const error of await Promise.all(all)) expect(error).toMatchObject({ code: "canceled" });
    expect((await run(stubborn, "next")).outputs["text"]).toBe("next");
  });

  it("innocent calls that lose their process to another expert's abort are made again", async () => {
    const { run } = open();
    const before = await run(cpuTeller, "which");
    const controller = new AbortController();
    const deaf = rejection(run({ ...stubborn, card: { ...stubborn.card, runtime: "cpu" } }, "deaf", controller.signal));
    // Longer than the second that a process is given to obey.
    const innocent = run(cpuTeller, "slower");
    await run(cpuTeller, "both are under way");
    controller.abort();
    expect(await deaf).toMatchObject({ code: "canceled" });
    const { outputs } = await innocent;
    expect(outputs["text"]).toBe("devices=");
    expect(outputs["size"]).not.toBe(before.outputs["size"]);
  });

  it("a crash fails the whole batch for another try, and then only the item at fault", async () => {
    const { run } = open();
    const texts = ["a", "bomb", "b"];
    const first = await Promise.all(texts.map((text) => rejection(run(stubborn, text))));
    for (const error of first) expect(error).toMatchObject({ code: "worker-crashed", retryable: true });
    const again = await Promise.allSettled(texts.map((text) => run(stubborn, text)));
    expect(again.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

describe("places", () => {
  it("an expert has as many calls at once as its card says, and its time limit starts with the call", async () => {
    const { run } = open();
    await run(steady, "starts the process");
    const limited = {
      ...single,
      card: { ...single.card, id: "test/single", limits: { ...single.card.limits, timeoutMs: 1500 } },
    };
    const started = performance.now();
    // Each takes 22 ms: together longer than the limit of one.
    const results = await Promise.all(names(75).map((name) => run(limited, name)));
    expect(performance.now() - started).toBeGreaterThan(1500);
    expect(textsOf(results)).toEqual(names(75));
    expect(results[0]?.usage).not.toHaveProperty("batchSize");
  });

  it("what waits for its place ends as soon as it is not wanted", async () => {
    const { run } = open();
    const controller = new AbortController();
    const running = run(single, "a");
    const waiting = run(single, "b", controller.signal);
    controller.abort();
    expect(await rejection(waiting)).toMatchObject({ code: "canceled" });
    expect((await running).outputs["text"]).toBe("a");
  });
});

describe("memory", () => {
  const [one = cpuTeller, two = cpuTeller, three = cpuTeller] = large;
  const processOf = async (result: Promise<ExpertResult>): Promise<unknown> => (await result).outputs["size"];

  it("the model that was used least recently goes first", async () => {
    const { run } = open({ maxMemoryMiB: 1500 });
    const first = await processOf(run(one, "a"));
    const second = await processOf(run(two, "a"));
    expect(await processOf(run(one, "b"))).toBe(first);
    await run(three, "a");
    expect(await processOf(run(one, "c"))).toBe(first);
    expect(await processOf(run(two, "b"))).not.toBe(second);
  });

  it("a model waits until there is room, and no longer than its time limit", async () => {
    const { run } = open({ maxMemoryMiB: 1000 });
    const running = run(one, "slow");
    expect((await run(two, "a")).outputs["text"]).toBe("devices=");
    expect((await running).outputs["text"]).toBe("devices=");
    const controller = new AbortController();
    const deaf = rejection(run(two, "deaf", controller.signal));
    const hasty = { ...one, card: { ...one.card, id: "test/hasty", limits: { ...one.card.limits, timeoutMs: 100 } } };
    expect(await rejection(run(hasty, "b"))).toMatchObject({
      code: "timeout",
      retryable: true,
      message: expect.stringContaining("600 MiB"),
    });
    const unwanted = new AbortController();
    const waiting = rejection(run(three, "a", unwanted.signal));
    unwanted.abort();
    expect(await waiting).toMatchObject({ code: "canceled" });
    controller.abort();
    expect(await deaf).toMatchObject({ code: "canceled" });
    expect((await run(three, "b")).outputs["text"]).toBe("devices=");
  });

  it("a model that is larger than all the memory runs alone, with a warning", async () => {
    const warn = vi.fn<(message: string) => void>();
    const { run } = open({ maxMemoryMiB: 500, warn });
    const first = await processOf(run(cpuTeller, "a"));
    await run(one, "a");
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/test\/large-one.*600 MiB.*500 MiB/));
    expect(await processOf(run(cpuTeller, "b"))).not.toBe(first);
  });
});

describe("the gpu lane", () => {
  const device = { name: "test", memoryMiB: 2000, virtual: true } as const;

  it("shows its device to those that run there, and to nobody else", async () => {
    const { run } = open({ device });
    expect((await run(gpuTeller, "which")).outputs["text"]).toBe("devices=test");
    expect((await run(cpuTeller, "which")).outputs["text"]).toBe("devices=");
  });

  it("admits as many items as fit, tells their share of the time, and adds up what it was used", async () => {
    const { run, pool: opened } = open({ device });
    // 1000 MiB for the model leave room for ten times 100.
    const results = await Promise.all(names(20).map((name) => run(onDevice, name)));
    expect(sizesOf(results)).toEqual(names(20).map(() => 10));
    for (const { usage } of results) expect(usage.deviceMs).toBeCloseTo((usage.runMs ?? 0) / 10, 0);
    const use = opened.deviceUse();
    expect(use).toMatchObject({ name: "test", memoryMiB: 2000, modelsLoaded: ["test/on-device"] });
    expect(use?.busyMs).toBeGreaterThanOrEqual(80);
    expect(use?.busyMs).toBeLessThanOrEqual(use?.sinceMs ?? 0);
  });

  it("makes room for another model, one call at a time", async () => {
    const { run, pool: opened } = open({ device });
    await run(onDevice, "a");
    const both = await Promise.all([run(otherOnDevice, "b"), run(onDevice, "c")]);
    expect(textsOf(both)).toEqual(["b", "c"]);
    expect(opened.deviceUse()?.modelsLoaded).toEqual(["test/on-device"]);
    await run(gpuTeller, "fits beside it");
    expect(opened.deviceUse()?.modelsLoaded).toEqual(["test/on-device", "test/gpu-teller"]);
  });

  it("refuses what can never run there, and says why", async () => {
    const small = open({ device: { ...device, memoryMiB: 1099 } });
    await expect(small.run(onDevice, "a")).rejects.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringMatching(/1100 MiB.*1099 MiB/),
    });
    await small.pool.close();
    const none = open();
    expect(none.pool.deviceUse()).toBeUndefined();
    await expect(none.run(onDevice, "a")).rejects.toMatchObject({ code: "expert-unavailable" });
  });
});
