/**
 * Does a process know at once how its own calls went, and soon those of others? Is no outcome lost or counted twice, does a
 * store that is away hurt anybody, and is the memory bounded? The store is a real file; what stands before it only fails.
 */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteMeritStore } from "../../src/adapters/sqlite/merit-store.ts";
import { meritKey, type MeritStore } from "../../src/ports/merit-store.ts";
import { MeritBook, type MeritBookOptions } from "../../src/service/merit-book.ts";
import { outcomeOf } from "../contracts/outcomes.ts";
import { scriptedCard, textTask, until } from "../fakes/scripted-experts.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";

const card = scriptedCard("acme/a", textTask, { version: "1" });
const other = scriptedCard("acme/b", textTask, { version: "1" });
const error = { code: "expert-failed", message: "it broke" };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: MeritStore;
let faults: string[] = [];
const books: MeritBook[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  store = openSqliteMeritStore({ file: join(folder.folder, "merits.sqlite") });
  faults = [];
});

afterEach(async () => {
  await Promise.all(books.splice(0).map((book) => book.close()));
  await store.close();
  await folder.remove();
});

function openBook(more: Partial<MeritBookOptions> = {}): MeritBook {
  const onError = (fault: unknown, what: string) => void faults.push(`${what}: ${String(fault)}`);
  const book = new MeritBook({ store, now: Date.now, onError, ...more });
  books.push(book);
  return book;
}

const good = () => outcomeOf({ at: Date.now() });
const bad = () => outcomeOf({ at: Date.now(), ok: false, error });
const stored = async () => (await store.read([card])).get(meritKey(card));
const about = (count: number) => expect.closeTo(count, 3) as number;

/** A store as it is while something is wrong with it. */
function around(base: MeritStore, changes: Partial<MeritStore>): MeritStore {
  return {
    record: (outcomes) => base.record(outcomes),
    read: (experts) => base.read(experts),
    claimTrial: (...given) => base.claimTrial(...given),
    close: () => base.close(),
    ...changes,
  };
}

describe("what a process knows", () => {
  it("of its own calls is known at once, written a moment later, and once", async () => {
    let writes = 0;
    const book = openBook({
      store: around(store, { record: (outcomes) => ((writes += outcomes.length > 0 ? 1 : 0), store.record(outcomes)) }),
    });
    expect(book.of(card)).toBeUndefined();
    for (let n = 0; n < 50; n++) book.add(n % 2 === 0 ? good() : bad());
    expect(book.of(card)).toMatchObject({ calls: about(50), failures: about(25), failedInRow: 1 });
    await until(async () => (await stored())?.calls !== undefined);
    expect(await stored()).toMatchObject({ calls: about(50), failures: about(25) });
    expect(writes).toBe(1);
    book.follow([card]);
    await until(() => book.of(card)?.calls !== undefined);
    expect(book.of(card)?.calls).toBeCloseTo(50, 3);
  });

  it("of other processes' calls comes when somebody chooses, and no choice waits for it", async () => {
    const [here, there] = [openBook(), openBook()];
    for (let n = 0; n < 3; n++) there.add(bad());
    await there.close();
    here.follow([card, other]);
    expect(here.of(card)).toBeUndefined();
    await until(() => here.of(card) !== undefined);
    expect(here.isFailing(card)).toBe(true);
    expect(here.of(other)).toBeUndefined();
    expect(here.isFailing(other)).toBe(false);
  });

  it("is read again when it is older than a second, not before", async () => {
    let now = Date.now();
    let reads = 0;
    const book = openBook({
      now: () => now,
      store: around(store, { read: (experts) => ((reads += 1), store.read(experts)) }),
    });
    book.follow([card]);
    await until(() => reads === 1);
    await book.summaries([]);
    for (let n = 0; n < 5; n++) book.follow([card]);
    await book.summaries([]);
    expect(reads).toBe(1);
    now += 1000;
    book.follow([card]);
    await until(() => reads === 2);
  });

  it("is complete while it is being read and written at the same time", async () => {
    const gate = Promise.withResolvers<void>();
    let isHeld = true;
    const held = around(store, {
      async read(experts) {
        const found = await store.read(experts);
        if (isHeld) await gate.promise;
        return found;
      },
    });
    const book = openBook({ store: held });
    book.add(good());
    book.follow([card]);
    await until(async () => (await stored()) !== undefined);
    // Comes when the answer without it is on its way.
    book.add(bad());
    isHeld = false;
    gate.resolve();
    await book.close();
    expect(book.of(card)).toMatchObject({ calls: about(2), failedInRow: 1 });
    expect(await stored()).toMatchObject({ calls: about(2), failedInRow: 1 });
  });

  it("is written when the process ends", async () => {
    const book = openBook();
    book.add(good());
    await book.close();
    expect(await stored()).toMatchObject({ calls: about(1) });
  });

  it("is of no more experts than there is room for: those that were chosen from last", () => {
    const book = openBook({ most: 100 });
    for (let n = 0; n < 1000; n++) {
      book.add(outcomeOf({ at: Date.now(), expert: `acme/e${n}` }));
      book.follow([card]);
      if (n === 0) book.add(good());
    }
    const known = Array.from({ length: 1000 }, (_, n) => book.of({ id: `acme/e${n}`, version: "1" }));
    expect(known.filter(Boolean)).toHaveLength(99);
    expect(known[999]).toBeDefined();
    expect(book.of(card)).toBeDefined();
  });

  it("does not suffer from a call at no time", async () => {
    const book = openBook();
    book.add(outcomeOf({ at: Number.NaN }));
    book.add(good());
    await book.close();
    expect(await stored()).toMatchObject({ calls: about(1) });
    expect(faults).toEqual([]);
  });
});

describe("a store that is away", () => {
  it("is told of once, nobody waits for it, and when it is back nothing is lost", async () => {
    let isAway = true;
    const fail = () => Promise.reject(new Error("no connection"));
    const book = openBook({
      store: around(store, {
        record: (outcomes) => (isAway ? fail() : store.record(outcomes)),
        read: (experts) => (isAway ? fail() : store.read(experts)),
      }),
    });
    for (let n = 0; n < 3; n++) book.add(bad());
    book.follow([card]);
    await until(() => faults.length > 0);
    expect(book.isFailing(card)).toBe(true);
    expect((await book.summaries([card])).get("acme/a@1")).toMatchObject({ state: "open", failedInRow: 3 });
    expect(faults).toHaveLength(1);
    isAway = false;
    await book.close();
    expect(await stored()).toMatchObject({ calls: about(3), failedInRow: 3 });
  });
});

describe("a trial call", () => {
  const failing = async (now: () => number, more: Partial<MeritBookOptions> = {}) => {
    const book = openBook({ now, ...more });
    for (let n = 0; n < 3; n++) book.add(outcomeOf({ at: now(), ok: false, error }));
    await book.summaries([]);
    return book;
  };

  it("is had by one process, once", async () => {
    let now = Date.now();
    const all = await Promise.all([1, 2, 3].map(() => failing(() => now)));
    const taken = () => all.filter((book) => book.takeTrial(card)).length;
    // It is asked for, and had when the next step comes.
    expect(taken()).toBe(0);
    let handedOut = 0;
    await until(() => (handedOut += taken()) > 0);
    now += 2000;
    for (let n = 0; n < 20; n++) {
      handedOut += taken();
      await store.read([card]);
    }
    expect(handedOut).toBe(1);
  });

  it("is not given to a step where the expert says itself that it can't work: that is one more failure", async () => {
    const now = Date.now();
    const asked: string[] = [];
    const book = await failing(() => now, {
      probe: async ({ id }) => {
        asked.push(id);
        throw new Error("still down");
      },
    });
    expect(book.takeTrial(card)).toBe(false);
    await until(() => book.of(card)?.failedInRow === 4);
    expect(book.takeTrial(card)).toBe(false);
    expect(book.of(card)?.lastError).toMatchObject({ code: "expert-unavailable", message: "still down" });
    expect(asked).toEqual(["acme/a"]);
  });

  it("is given where it says that it can", async () => {
    const now = Date.now();
    const book = await failing(() => now, { probe: () => Promise.resolve() });
    await until(() => book.takeTrial(card));
    expect(book.takeTrial(card)).toBe(false);
  });

  it("is not to be had while the store is away, and asking does not hurt", async () => {
    const now = Date.now();
    const claimTrial = () => Promise.reject(new Error("no connection"));
    const book = await failing(() => now, { store: around(store, { claimTrial }) });
    expect(book.takeTrial(card)).toBe(false);
    await until(() => faults.length === 1);
    expect(book.takeTrial(card)).toBe(false);
  });
});
