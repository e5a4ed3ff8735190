/** Any series of calls to a capacity, held against what the port promises: an account kept from the answers alone. */
import * as fc from "fast-check";
import { expect } from "vitest";
import type { Capacity } from "../../src/ports/capacity.ts";

const experts = ["slow", "fast"] as const;

interface Enter {
  readonly kind: "enter";
  readonly expert: string;
  readonly job: string;
  readonly limit: number;
  readonly order: number;
}

interface Leave {
  readonly kind: "leave";
  readonly job: string;
}

interface Admit {
  readonly kind: "admit";
  readonly expert: string;
  readonly limit: number;
}

export type Step = Enter | Leave | Admit;

const expert = fc.constantFrom(...experts);
const job = fc.integer({ min: 0, max: 11 }).map((number) => `job${number}`);
const limit = fc.integer({ min: 1, max: 4 });
/** Equal ones now and then, and ones of any size. */
const order = fc.oneof(fc.integer({ min: -1, max: 2 }), fc.double({ noNaN: true }));

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("enter" as const), expert, job, limit, order }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("leave" as const), job }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("admit" as const), expert, limit }) },
  ),
  { maxLength: 60 },
);

interface Known {
  readonly job: string;
  readonly expert: string;
  readonly order: number;
  hasPlace: boolean;
}

export interface Account {
  /** Makes the call, and compares its answer. */
  take(step: Step): Promise<void>;
  /** What can be asked agrees with the account. */
  compare(): Promise<void>;
  leaveAll(): Promise<void>;
}

export function openAccount(capacity: Capacity): Account {
  /** In the order in which they came. */
  const all = new Map<string, Known>();
  const holding = (name: string): Known[] => [...all.values()].filter((one) => one.expert === name && one.hasPlace);
  const line = (name: string): Known[] => {
    const waiting = [...all.values()].filter((one) => one.expert === name && !one.hasPlace);
    return waiting.toSorted((a, b) => a.order - b.order);
  };

  async function enter({ expert: name, job: id, limit: places, order: own }: Enter): Promise<void> {
    const known = all.get(id);
    // A job has one expert: it is asked for with the same again.
    const asked = known?.expert ?? name;
    const hasPlace = await capacity.enter(asked, id, { limit: places, order: own });
    if (known) return expect(hasPlace).toBe(known.hasPlace);
    const isFirst = line(asked).every((other) => own < other.order);
    expect(hasPlace).toBe(holding(asked).length < places && isFirst);
    all.set(id, { job: id, expert: asked, order: own, hasPlace });
  }

  async function leave(id: string): Promise<void> {
    const left = all.get(id);
    all.delete(id);
    const hasNext = left && line(left.expert).length > 0;
    expect(await capacity.leave(id)).toBe(hasNext ? left.expert : undefined);
  }

  async function admit({ expert: name, limit: places }: Admit): Promise<void> {
    const free = Math.max(0, places - holding(name).length);
    const next = line(name).slice(0, free);
    expect(await capacity.admit(name, places)).toEqual(next.map(({ job: id }) => id));
    for (const entry of next) entry.hasPlace = true;
  }

  async function compare(): Promise<void> {
    const waiting = [...all.values()].filter(({ hasPlace }) => !hasPlace);
    const ids = [...all.keys()];
    expect(await capacity.waiting([...ids, "nobody"])).toEqual(new Set(waiting.map(({ job: id }) => id)));
    expect((await capacity.held(Number.MAX_SAFE_INTEGER, 100)).toSorted()).toEqual(ids.toSorted());
    const lines = new Set(waiting.map(({ expert: name }) => name));
    expect((await capacity.lines()).toSorted()).toEqual([...lines].toSorted());
  }

  return {
    async take(step) {
      if (step.kind === "enter") await enter(step);
      else if (step.kind === "leave") await leave(step.job);
      else await admit(step);
    },
    compare,
    async leaveAll() {
      for (const id of all.keys()) await leave(id);
      await compare();
    },
  };
}
