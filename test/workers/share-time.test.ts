/** Does an expert that hangs leave time for the next one, and is one that works never cut short? */
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { scriptedCard, textTask } from "../fakes/scripted-experts.ts";
import { shareOfTime, withinShare } from "../../workers/share-time.ts";

const local = scriptedCard("acme/x", textTask);
const card = { ...local, lane: "remote", limits: { ...local.limits, timeoutMs: 60_000 } } as const;
const two = {
  experts: [
    { id: "acme/x", version: "1" },
    { id: "acme/y", version: "1" },
  ],
  expertIndex: 0,
}; // the first of two
const never = new AbortController().signal;

describe("the time that an expert may take", () => {
  it("is half of what is left, where that is less than its own limit", () => {
    expect(shareOfTime({ deadlineAt: 20_000 }, two, card, 0)).toBe(10_000);
    expect(shareOfTime({ deadlineAt: 200_000 }, two, card, 0)).toBeUndefined();
    expect(shareOfTime({ deadlineAt: 5 }, two, card, 0)).toBe(1000);
  });

  it("is its own limit where nobody follows, nobody may, or it computes here", () => {
    expect(shareOfTime({ deadlineAt: 20_000 }, { ...two, expertIndex: 1 }, card, 0)).toBeUndefined();
    expect(shareOfTime({ deadlineAt: 20_000 }, two, { ...card, effects: "external" }, 0)).toBeUndefined();
    expect(shareOfTime({ deadlineAt: 20_000 }, two, local, 0)).toBeUndefined();
  });

  it("ends with a fault after which another expert is tried", async () => {
    const hangs = withinShare(card, 20, never, (signal) => setTimeout(60_000, undefined, { signal }));
    await expect(hangs).rejects.toMatchObject({ code: "timeout", retryable: true });
    await expect(withinShare(card, 60_000, never, () => Promise.resolve("done"))).resolves.toBe("done");
    await expect(withinShare(card, undefined, never, () => Promise.resolve("done"))).resolves.toBe("done");
  });

  it("is not to blame where the call was canceled, or failed by itself", async () => {
    const canceled = AbortSignal.abort(new Error("canceled"));
    const asked = withinShare(card, 20, canceled, (signal) => setTimeout(60_000, undefined, { signal }));
    await expect(asked).rejects.not.toHaveProperty("code", "timeout");
    const broken = withinShare(card, 60_000, never, () => Promise.reject(new Error("broken")));
    await expect(broken).rejects.toThrow("broken");
  });
});
