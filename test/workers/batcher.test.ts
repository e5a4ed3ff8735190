/**
 * A sceptic would say: one bad item takes its neighbours along, an aborted item runs all the same, a batch that doesn't
 * fit is tried for ever, or an item is answered twice or never.
 */
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import { Batcher, type BatcherOptions, type BatchReply } from "../../workers/batcher.ts";
import { rejection } from "../contracts/contract.ts";

interface Item {
  readonly name: string;
  readonly signal: AbortSignal;
}

/** A batcher over an expert that answers when the test says so. */
function open(options: Partial<BatcherOptions<Item, string>> = {}) {
  const calls: {
    readonly names: readonly string[];
    readonly signal: AbortSignal;
    readonly answer: (reply?: BatchReply<string>) => void;
    readonly fail: (error: unknown) => void;
  }[] = [];
  const batcher = new Batcher<Item, string>({
    max: 4,
    ...options,
    call: (items, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<BatchReply<string>>();
      const names = items.map(({ name }) => name);
      const good = { outcomes: names.map((name) => `${name} done`) };
      calls.push({ names, signal, answer: (reply = good) => resolve(reply), fail: reject });
      return promise;
    },
  });
  const hand = (name: string, signal = new AbortController().signal): Promise<string> => batcher.run({ name, signal });
  const called = (): readonly (readonly string[])[] => calls.map(({ names }) => names);
  return { calls, hand, called };
}

/** Everything that can go on without a clock has gone on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const fault: BatchReply<string> = { fault: new TuttiError("expert-failed", "choked"), outOfMemory: false };
const noMemory: BatchReply<string> = { fault: new TuttiError("expert-failed", "no memory"), outOfMemory: true };

describe("collecting", () => {
  it("calls at once with what there is, and then with what has come meanwhile, never more than fits", async () => {
    const { hand, called, calls } = open();
    const first = [hand("a"), hand("b")];
    await settled();
    expect(called()).toEqual([["a", "b"]]);
    const later = ["c", "d", "e", "f", "g"].map((name) => hand(name));
    await settled();
    expect(calls).toHaveLength(1);
    calls[0]?.answer();
    expect(await Promise.all(first)).toEqual(["a done", "b done"]);
    await settled();
    expect(called().slice(1)).toEqual([["c", "d", "e", "f"]]);
    calls[1]?.answer();
    await settled();
    expect(called().slice(2)).toEqual([["g"]]);
    calls[2]?.answer();
    expect(await Promise.all(later)).toEqual(["c done", "d done", "e done", "f done", "g done"]);
  });

  it("makes as many calls at once as there are places", async () => {
    const { hand, called, calls } = open({ max: 1, places: 2 });
    const all = ["a", "b", "c"].map((name) => hand(name));
    await settled();
    expect(called()).toEqual([["a"], ["b"]]);
    calls[1]?.answer();
    await settled();
    expect(called()).toEqual([["a"], ["b"], ["c"]]);
    calls[0]?.answer();
    calls[2]?.answer();
    expect(await Promise.all(all)).toEqual(["a done", "b done", "c done"]);
  });

  it("chooses the items when it may call, and hands the right back", async () => {
    const gate = Promise.withResolvers<() => void>();
    const left = vi.fn<() => void>();
    const { hand, called, calls } = open({ enter: () => gate.promise });
    const a = hand("a");
    await settled();
    const b = hand("b");
    expect(calls).toHaveLength(0);
    gate.resolve(left);
    await settled();
    expect(called()).toEqual([["a", "b"]]);
    expect(left).not.toHaveBeenCalled();
    calls[0]?.answer();
    expect(await Promise.all([a, b])).toEqual(["a done", "b done"]);
    await settled();
    expect(left).toHaveBeenCalledOnce();
  });
});

describe("waiting for company", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("waits from the first item on, and no longer than until the call is full", async () => {
    vi.useFakeTimers();
    const { hand, called, calls } = open({ max: 2, waitMs: 10 });
    void hand("a");
    await vi.advanceTimersByTimeAsync(9);
    expect(calls).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(called()).toEqual([["a"]]);
    void hand("b");
    await vi.advanceTimersByTimeAsync(50);
    calls[0]?.answer();
    // It has waited long enough while the expert was busy.
    await vi.advanceTimersByTimeAsync(0);
    expect(called().slice(1)).toEqual([["b"]]);
    calls[1]?.answer();
    await vi.advanceTimersByTimeAsync(0);
    void hand("c");
    void hand("d");
    await vi.advanceTimersByTimeAsync(0);
    expect(called().slice(2)).toEqual([["c", "d"]]);
  });
});

describe("aborting", () => {
  it("drops an item that still waits, and never runs it", async () => {
    const { hand, called, calls } = open();
    const first = hand("a");
    await settled();
    const controller = new AbortController();
    const dropped = hand("b", controller.signal);
    const kept = hand("c");
    controller.abort();
    expect(await rejection(dropped)).toMatchObject({ code: "canceled" });
    expect(await rejection(hand("d", AbortSignal.abort()))).toMatchObject({ code: "canceled" });
    calls[0]?.answer();
    await settled();
    calls[1]?.answer();
    expect(await Promise.all([first, kept])).toEqual(["a done", "c done"]);
    expect(called()).toEqual([["a"], ["c"]]);
  });

  it("cancels one at once and lets the others go on; the call stops when nobody is left", async () => {
    const { hand, calls } = open();
    const [one, two, three] = [new AbortController(), new AbortController(), new AbortController()];
    const promises = [one, two, three].map(({ signal }, index) => hand(`${index}`, signal));
    await settled();
    one.abort();
    expect(await rejection(promises[0] ?? Promise.resolve())).toMatchObject({ code: "canceled" });
    expect(calls[0]?.signal.aborted).toBe(false);
    two.abort();
    expect(await rejection(promises[1] ?? Promise.resolve())).toMatchObject({ code: "canceled" });
    expect(calls[0]?.signal.aborted).toBe(false);
    three.abort();
    expect(calls[0]?.signal.aborted).toBe(true);
    let ended = false;
    const last = rejection(promises[2] ?? Promise.resolve()).finally(() => (ended = true));
    await settled();
    // Its place is not free as long as the call goes on.
    expect(ended).toBe(false);
    calls[0]?.answer(fault);
    expect(await last).toMatchObject({ code: "canceled" });
    await settled();
    expect(calls).toHaveLength(1);
  });

  it("what is aborted between two halves is not called again", async () => {
    const { hand, called, calls } = open();
    const controller = new AbortController();
    const [a, b, c] = [hand("a"), hand("b"), hand("c", controller.signal)];
    await settled();
    calls[0]?.answer(fault);
    await settled();
    controller.abort();
    expect(await rejection(c)).toMatchObject({ code: "canceled" });
    calls[1]?.answer();
    expect(await Promise.all([a, b])).toEqual(["a done", "b done"]);
    await settled();
    expect(called()).toEqual([
      ["a", "b", "c"],
      ["a", "b"],
    ]);
  });
});

describe("faults", () => {
  it("an error for one item fails that one", async () => {
    const { hand, calls } = open();
    const [a, b] = [hand("a"), hand("b")];
    await settled();
    calls[0]?.answer({ outcomes: [new TuttiError("bad-input", "a is empty"), "b done"] });
    expect(await rejection(a)).toMatchObject({ code: "bad-input" });
    expect(await b).toBe("b done");
    expect(calls).toHaveLength(1);
  });

  it("where memory runs out, halves are tried, and later calls are no larger", async () => {
    const { hand, called, calls } = open({ max: 8 });
    const all = ["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => hand(name));
    await settled();
    calls[0]?.answer(noMemory);
    await settled();
    calls[1]?.answer(noMemory);
    for (let index = 2; index < 6; index += 1) {
      await settled();
      calls[index]?.answer();
    }
    await Promise.all(all);
    const next = ["i", "j", "k"].map((name) => hand(name));
    await settled();
    expect(called().map((names) => names.join(""))).toEqual(["abcdefgh", "abcd", "ab", "cd", "ef", "gh", "ij"]);
    calls[6]?.answer();
    await settled();
    calls[7]?.answer(noMemory);
    // A single one that doesn't fit fails.
    expect(await rejection(next[2] ?? Promise.resolve())).toMatchObject({ message: "no memory" });
  });

  it("a crash fails all of a call, and they come back one by one", async () => {
    const { hand, called, calls } = open();
    const first = [hand("a"), hand("b")].map(rejection);
    await settled();
    calls[0]?.fail(new TuttiError("worker-crashed", "died", { retryable: true }));
    for (const error of await Promise.all(first))
      expect(error).toMatchObject({ code: "worker-crashed", retryable: true });
    const again = ["a", "b", "c", "d"].map((name) => hand(name));
    for (let index = 1; index <= 3; index += 1) {
      await settled();
      calls[index]?.answer();
    }
    await Promise.all(again);
    expect(called().slice(1)).toEqual([["a"], ["b"], ["c", "d"]]);
  });
});

describe("whatever comes", () => {
  it("each item gets its own end, once, and only the bad ones fail", async () => {
    const itemArbitrary = fc.record({
      kind: fc.constantFrom("good", "good", "good", "bad", "told", "aborted"),
      pause: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(itemArbitrary, { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        async (items, max) => {
          const sizes: number[] = [];
          let busy = 0;
          const batcher = new Batcher<Item & { readonly kind: string }, string>({
            max,
            async call(batch) {
              sizes.push(batch.length);
              busy += 1;
              expect(busy).toBe(1);
              await settled();
              busy -= 1;
              if (batch.some(({ kind }) => kind === "bad")) return fault;
              const told = new TuttiError("bad-input", "told");
              return { outcomes: batch.map(({ kind, name }) => (kind === "told" ? told : name)) };
            },
          });
          const ends: Promise<string>[] = [];
          for (const [index, { kind, pause }] of items.entries()) {
            const controller = new AbortController();
            const end = batcher.run({ name: `${index}`, kind, signal: controller.signal });
            ends.push(end.catch((error: unknown) => (error as TuttiError).code));
            if (pause) await settled();
            if (kind === "aborted") controller.abort();
          }
          const expected = items.map(({ kind }, index) => {
            if (kind === "bad") return "expert-failed";
            if (kind === "told") return "bad-input";
            return kind === "aborted" ? "canceled" : `${index}`;
          });
          const found = await Promise.all(ends);
          // One that ended before it was aborted has its result.
          const same = found.map((end, index) =>
            expected[index] === "canceled" && end === `${index}` ? "canceled" : end,
          );
          expect(same).toEqual(expected);
          expect(Math.max(1, ...sizes)).toBeLessThanOrEqual(max);
        },
      ),
      { numRuns: 60 },
    );
  });
});
