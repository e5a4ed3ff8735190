/** What every capacity promises: never more places than there are, a line in its order, nothing forgotten or doubled. */
import * as fc from "fast-check";
import { describe, expect } from "vitest";
import type { Capacity } from "../../src/ports/capacity.ts";
import { openAccount, steps } from "./capacity-steps.ts";
import { contractTests, pause, type Closable, type ContractSkip } from "./contract.ts";

export interface CapacityHarness extends Closable {
  /** Empty at first. */
  readonly capacity: Capacity;
  /** A second one over the same data, as another process would have it; the same one if it is of one process only. */
  readonly peer: () => Promise<Capacity>;
  /** What its clock says from then on, epoch milliseconds. */
  readonly setClock: (now: number) => void;
}

export interface CapacityContract {
  readonly name: string;
  readonly open: () => Promise<CapacityHarness>;
  readonly skip?: readonly ContractSkip[];
}

const two = (order = 0): { readonly limit: number; readonly order: number } => ({ limit: 2, order });

async function enterAll(capacity: Capacity, jobs: readonly string[]): Promise<boolean[]> {
  const answers: boolean[] = [];
  for (const job of jobs) answers.push(await capacity.enter("x", job, two()));
  return answers;
}

export function capacityContract({ name, open, skip }: CapacityContract): void {
  const { check, verifySkips } = contractTests(open, skip);

  describe(`${name}: places`, () => {
    check("gives as many places as the expert has, to each expert its own", async ({ capacity }) => {
      expect(await enterAll(capacity, ["a", "b", "c", "d"])).toEqual([true, true, false, false]);
      expect(await capacity.enter("y", "z", two())).toBe(true);
      expect(await capacity.lines()).toEqual(["x"]);
      expect(await capacity.leave("a")).toBe("x");
      expect(await capacity.admit("x", 2)).toEqual(["c"]);
      expect(await capacity.admit("x", 2)).toEqual([]);
      expect(await capacity.leave("z")).toBeUndefined();
      expect(await capacity.admit("y", 2)).toEqual([]);
    });

    check("asking again changes nothing, and neither does leaving twice", async ({ capacity }) => {
      expect(await enterAll(capacity, ["a", "a", "b", "c", "c", "a"])).toEqual([true, true, true, false, false, true]);
      expect(await capacity.enter("x", "c", { limit: 5, order: -9 })).toBe(false);
      expect(await capacity.leave("a")).toBe("x");
      expect(await capacity.leave("a")).toBeUndefined();
      expect(await capacity.leave("nobody")).toBeUndefined();
      expect(await capacity.admit("x", 2)).toEqual(["c"]);
      expect(await capacity.enter("x", "c", two())).toBe(true);
      expect(await capacity.enter("x", "d", two())).toBe(false);
    });

    check("more places take effect at the next look, and fewer take nobody's away", async ({ capacity }) => {
      await enterAll(capacity, ["a", "b", "c", "d", "e"]);
      expect(await capacity.admit("x", 4)).toEqual(["c", "d"]);
      await capacity.leave("a");
      expect(await capacity.admit("x", 1)).toEqual([]);
      for (const job of ["b", "c"]) await capacity.leave(job);
      expect(await capacity.admit("x", 1)).toEqual([]);
      await capacity.leave("d");
      expect(await capacity.admit("x", 1)).toEqual(["e"]);
    });
  });

  describe(`${name}: the line`, () => {
    check("the more urgent goes first, and among equals who came first", async ({ capacity }) => {
      const one = (order: number) => ({ limit: 1, order });
      await capacity.enter("x", "running", one(9));
      const orders = { late: 50, first: 5, second: 5, third: 5, urgent: -1.5, "more-urgent": -1.75, huge: 1.8e12 };
      for (const [job, order] of Object.entries(orders)) await capacity.enter("x", job, one(order));
      const went: string[] = [];
      for (let job: string | undefined = "running"; job; [job] = await capacity.admit("x", 1)) {
        went.push(job);
        await capacity.leave(job);
      }
      expect(went).toEqual(["running", "more-urgent", "urgent", "first", "second", "third", "late", "huge"]);
    });

    check("nobody who comes takes a free place from those who wait before him", async ({ capacity }) => {
      await enterAll(capacity, ["a", "b", "c"]);
      await capacity.leave("a");
      expect(await capacity.enter("x", "equal", two(0))).toBe(false);
      expect(await capacity.enter("x", "later", two(1))).toBe(false);
      expect(await capacity.enter("x", "urgent", two(-1))).toBe(true);
      expect(await capacity.enter("x", "also-urgent", two(-2))).toBe(false);
      expect(await capacity.admit("x", 9)).toEqual(["also-urgent", "c", "equal", "later"]);
    });

    check("one who leaves the line takes no place, and the line ends with the last", async ({ capacity }) => {
      await enterAll(capacity, ["a", "b", "c", "d"]);
      expect(await capacity.waiting(["a", "b", "c", "d", "nobody"])).toEqual(new Set(["c", "d"]));
      expect(await capacity.waiting([])).toEqual(new Set());
      expect(await capacity.leave("c")).toBe("x");
      expect(await capacity.waiting(["a", "b", "c", "d"])).toEqual(new Set(["d"]));
      expect(await capacity.leave("d")).toBeUndefined();
      expect(await capacity.lines()).toEqual([]);
      await capacity.leave("a");
      expect(await capacity.admit("x", 2)).toEqual([]);
    });

    check("takes names of any kind", async ({ capacity }) => {
      const names = ["a:b {c}", '"q"\\', "ä\u{1F600}", "places:x", "0000000000000001"];
      for (const expert of names) {
        for (const job of names) await capacity.enter(expert, `${job} at ${expert}`, { limit: 1, order: 0 });
      }
      expect((await capacity.lines()).toSorted()).toEqual(names.toSorted());
      for (const expert of names) {
        expect(await capacity.admit(expert, 99)).toEqual(names.slice(1).map((job) => `${job} at ${expert}`));
        expect(await capacity.leave(`${names[0]} at ${expert}`)).toBeUndefined();
      }
    });
  });

  describe(`${name}: what is held`, () => {
    check("tells who took what he has before a time, oldest first", async ({ capacity, setClock }) => {
      for (const [index, job] of ["a", "b", "c", "d", "e"].entries()) {
        setClock(1000 + index);
        await capacity.enter("x", job, two());
      }
      setClock(2000);
      await capacity.enter("x", "a", two());
      expect(await capacity.held(1000, 9)).toEqual([]);
      expect(await capacity.held(1003, 9)).toEqual(["a", "b", "c"]);
      expect(await capacity.held(9999, 2)).toEqual(["a", "b"]);
      await capacity.leave("b");
      // It has had its place from now on only.
      expect(await capacity.admit("x", 2)).toEqual(["c"]);
      expect(await capacity.held(2000, 9)).toEqual(["a", "d", "e"]);
      expect(await capacity.held(2001, 9)).toEqual(["a", "d", "e", "c"]);
    });
  });

  describe(`${name}: any series of calls`, () => {
    check("is answered as the port says, over two that share the data", async ({ capacity, peer }) => {
      const other = await peer();
      const property = fc.asyncProperty(steps, async (series) => {
        const account = openAccount(either(capacity, other));
        for (const step of series) await account.take(step);
        await account.compare();
        await account.leaveAll();
      });
      await fc.assert(property, { numRuns: 300 });
      await other.close();
    });

    check("of many at once: never more than there are places, and each job gets its own once", async (harness) => {
      const both = [harness.capacity, await harness.peer()];
      const jobs = Array.from({ length: 60 }, (_, index) => `j${index}`);
      const went: string[] = [];
      let working = 0;
      let most = 0;
      async function work(job: string, capacity: Capacity): Promise<void> {
        went.push(job);
        working += 1;
        most = Math.max(most, working);
        await pause(1);
        working -= 1;
        const expert = await capacity.leave(job);
        const next = expert === undefined ? [] : await capacity.admit(expert, 3);
        await Promise.all(next.map((id) => work(id, capacity)));
      }
      const race = (job: string) =>
        both.map(async (capacity): Promise<boolean> => capacity.enter("x", job, { limit: 3, order: 0 }));
      const entered = jobs.flatMap((job) => race(job).map(async (answer) => ({ job, hasPlace: await answer })));
      const started = new Set((await Promise.all(entered)).flatMap(({ job, hasPlace }) => (hasPlace ? [job] : [])));
      expect(started.size).toBe(3);
      await Promise.all(Array.from(started, (job, index) => work(job, both[index % 2] ?? harness.capacity)));
      expect(went.toSorted()).toEqual(jobs.toSorted());
      expect(most).toBe(3);
      expect(await harness.capacity.held(Number.MAX_SAFE_INTEGER, 9)).toEqual([]);
      await both[1]?.close();
    });
  });
  verifySkips();
}

/** Now the one, now the other. */
function either(one: Capacity, other: Capacity): Capacity {
  let calls = 0;
  const next = (): Capacity => (calls++ % 2 ? other : one);
  return {
    enter: (...call) => next().enter(...call),
    leave: (...call) => next().leave(...call),
    admit: (...call) => next().admit(...call),
    lines: () => next().lines(),
    waiting: (...call) => next().waiting(...call),
    held: (...call) => next().held(...call),
    close: () => next().close(),
  };
}
