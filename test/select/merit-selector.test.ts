/**
 * Do calls go where they go well, soon, also where the other one boasts? Does who is new or was broken get its chance, at
 * nobody's cost? Time and outcomes are simulated; the selector and the counting are the product's.
 */
import { describe, expect, it } from "vitest";
import type { Merit } from "../../src/ports/merit-store.ts";
import type { ExpertCard } from "../../src/registry/expert-card.ts";
import { meritKey } from "../../src/ports/merit-store.ts";
import { createMeritSelector } from "../../src/select/merit-selector.ts";
import { addOutcome, HALF_LIFE_MS } from "../../src/select/merit.ts";
import { outcomeOf } from "../contracts/outcomes.ts";
import { seededRandom } from "../fakes/seeded-random.ts";
import { scriptedCard, textTask } from "../fakes/scripted-experts.ts";

const spec = { id: "t1", kind: "task", task: "shout", inputs: {} } as const;
const error = { code: "expert-failed", message: "it broke" };

interface Simulated {
  readonly card: ExpertCard;
  /** Of its calls, how many go well. */
  readonly success: number;
}

/** A world of its own time, in which steps come one after the other. */
function simulate(experts: readonly Simulated[], seed = 1) {
  let now = 1_760_000_000_000;
  const random = seededRandom(seed);
  const known = new Map<string, Merit>();
  const trials: string[] = [];
  let mayTry = true;
  const selector = createMeritSelector({
    now: () => now,
    merits: {
      of: (card) => known.get(meritKey(card)),
      follow: () => {},
      takeTrial(card) {
        if (mayTry) trials.push(card.id);
        return mayTry;
      },
    },
  });
  const cards = experts.map(({ card }) => card);

  function call(card: { readonly id: string; readonly version: string }, ok: boolean): void {
    const key = meritKey(card);
    const outcome = outcomeOf({ at: now, expert: card.id, version: card.version, ok, ...(!ok && { error }) });
    known.set(key, addOutcome(known.get(key), outcome, HALF_LIFE_MS));
  }
  const choose = () => selector.selectNow?.(spec, cards) ?? expect.fail("it had to think");

  return {
    choose,
    call,
    trials,
    forbidTrials: () => void (mayTry = false),
    pass: (ms: number) => void (now += ms),
    /** One step: chosen, tried with one after the other until one does it. @returns who was chosen first */
    step(): string {
      now += 250;
      const { experts: order } = choose();
      for (const chosen of order) {
        const found = experts.find(({ card }) => meritKey(card) === meritKey(chosen));
        const ok = random() < (found?.success ?? 0);
        call(chosen, ok);
        if (ok) break;
      }
      const [leader] = order;
      return leader ? meritKey(leader) : "nobody";
    },
  };
}

const expert = (id: string, success: number, more: Partial<ExpertCard> = {}): Simulated => ({
  card: scriptedCard(id, textTask, { version: "1", ...more }),
  success,
});

describe("of two experts with different success", () => {
  it.each([
    ["95 % and 60 %", 0.95, 0.6, 0.5, 0.99],
    ["99 % and 70 %", 0.99, 0.7, 0.5, 0.99],
    ["95 % and 60 %, where the worse one is said to be far better", 0.95, 0.6, 0.9, 0.8],
  ])("the better one gets at least 27 of the calls 31 to 60: %s", (_, good, bad, boast, wanted) => {
    const worlds = Array.from({ length: 400 }, (_world, seed) => {
      const world = simulate([expert("a/bad", bad, { merit: boast }), expert("b/good", good)], seed);
      const leaders = Array.from({ length: 60 }, () => world.step());
      return leaders.slice(30).filter((leader) => leader === "b/good@1").length;
    });
    const converged = worlds.filter((count) => count >= 27).length / worlds.length;
    expect(converged).toBeGreaterThan(wanted);
  });
});

describe("exploring", () => {
  it("gives one call in ten to an equal of whom nothing is known, and says so", () => {
    const world = simulate([expert("a/known", 1), expert("b/new", 1)]);
    for (let n = 0; n < 50; n++) world.call({ id: "a/known", version: "1" }, true);
    const reasons = Array.from({ length: 10 }, () => world.choose().reason);
    expect(
      reasons.slice(0, 9).every((reason) => reason.startsWith("100 % of 50 calls went well, p95 11 ms, warm")),
    ).toBe(true);
    expect(reasons[9]).toBe(
      "to learn how good it is: never called yet, said to be usable (0.5); next: a/known (100 %)",
    );
  });

  it("gives none to one that could not become the best", () => {
    const world = simulate([expert("a/good", 1, { merit: 0.9 }), expert("b/makeshift", 1, { merit: 0.35 })]);
    const leaders = Array.from({ length: 200 }, () => world.step());
    expect(leaders.slice(5).every((leader) => leader === "a/good@1")).toBe(true);
  });
});

describe("an expert that fails three times in a row", () => {
  const broken = { id: "a/broken", version: "1" };
  function breakIt() {
    const world = simulate([expert("a/broken", 0, { merit: 1 }), expert("b/other", 1, { merit: 0.2 })]);
    for (let n = 0; n < 3; n++) world.call(broken, false);
    return world;
  }

  it("comes last, but is there", () => {
    const world = breakIt();
    const { experts, reason } = world.choose();
    expect(experts.map(({ id }) => id)).toEqual(["b/other", "a/broken"]);
    expect(reason).toBe(
      "never called yet, said to be a makeshift (0.2); next: a/broken (3 failures in a row (expert-failed))",
    );
    expect(world.trials).toEqual([]);
  });

  it("is tried by one step when its time has come, and stays last for the others", () => {
    const world = breakIt();
    world.pass(30_000);
    const { experts, reason } = world.choose();
    expect(experts.map(({ id }) => id)).toEqual(["a/broken", "b/other"]);
    expect(reason).toBe(
      "one call to see whether it works again, after 3 failures in a row (expert-failed); next: b/other (never called yet)",
    );
    world.forbidTrials();
    expect(world.choose().experts[0]?.id).toBe("b/other");

    world.call(broken, false);
    world.pass(59_000);
    expect(world.choose().experts[0]?.id).toBe("b/other");
  });

  it("is used like any other after one call that went well", () => {
    const world = breakIt();
    world.forbidTrials();
    world.call(broken, true);
    for (let n = 0; n < 30; n++) world.call(broken, true);
    expect(world.choose().experts[0]?.id).toBe("a/broken");
  });

  it("comes first all the same where there is nobody else who is healthy", () => {
    const world = breakIt();
    world.pass(1000);
    for (let n = 0; n < 3; n++) world.call({ id: "b/other", version: "1" }, false);
    expect(world.choose()).toMatchObject({
      experts: [{ id: "a/broken" }, { id: "b/other" }],
      reason:
        "all fail; its next trial comes first: 3 failures in a row (expert-failed); next: b/other (3 failures in a row (expert-failed))",
    });
    expect(world.trials).toEqual([]);
    const alone = simulate([expert("a/broken", 0)]);
    for (let n = 0; n < 3; n++) alone.call(broken, false);
    expect(alone.choose().reason).toContain("the only expert available for the task, although: 3 failures");
  });
});

describe("a new version that takes a share", () => {
  const versions = [expert("a/x", 1, { version: "2", share: 0.2 }), expert("a/x", 1)];

  it("gets just that share, right from the start, though the one before it has a long record", () => {
    const world = simulate([...versions, expert("b/other", 1, { merit: 0.4 })]);
    for (let n = 0; n < 100; n++) world.call({ id: "a/x", version: "1" }, true);
    const leaders = Array.from({ length: 200 }, () => world.step());
    expect(leaders.filter((leader) => leader === "a/x@2")).toHaveLength(40);
    expect(leaders.filter((leader) => leader === "a/x@1")).toHaveLength(160);
  });

  it("is followed by the one before it, and the run says so", () => {
    const world = simulate(versions);
    const selections = Array.from({ length: 5 }, () => world.choose());
    expect(selections[4]).toEqual({
      experts: ["2", "1"].map((version) => ({ id: "a/x", version })),
      reason: "version 2 takes 20 % of the calls; next: a/x@1 (never called yet)",
    });
    expect(selections[0]?.experts.map(({ version }) => version)).toEqual(["1", "2"]);
  });

  it("gets nothing but trials while it is broken, and all while the one before it is", () => {
    const world = simulate(versions);
    world.forbidTrials();
    for (let n = 0; n < 3; n++) world.call({ id: "a/x", version: "2" }, false);
    expect(new Set(Array.from({ length: 20 }, () => world.choose().experts[0]?.version))).toEqual(new Set(["1"]));

    const other = simulate(versions);
    other.forbidTrials();
    for (let n = 0; n < 3; n++) other.call({ id: "a/x", version: "1" }, false);
    expect(new Set(Array.from({ length: 20 }, () => other.choose().experts[0]?.version))).toEqual(new Set(["2"]));
  });
});
