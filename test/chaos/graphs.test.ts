/**
 * Is what the chaos proof compares with right? Without any chaos, the controller must come to the same. Are the graphs as
 * mixed as they are said to be? And would the checks see what they are there to see?
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventData, EventType, RunEvent } from "../../src/run/events.ts";
import { foldEvents } from "../../src/run/reduce.ts";
import { seededRandom } from "../bench/graphs.ts";
import { startController, type Controller } from "../dispatch/controller.ts";
import { scriptExperts } from "../fakes/scripted-experts.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";
import { countExecutions } from "./check-executions.ts";
import { checkRun } from "./check-run.ts";
import { readExecutions } from "./executions.ts";
import { experts } from "./experts.ts";
import { randomPlan } from "./graphs.ts";
import { expectationsOf, expectedEnd } from "./reference.ts";

const SEED = 20_261_123;
const plans = Array.from({ length: 40 }, (_, index) => randomPlan(`g${index}`, 30, seededRandom(SEED + index)));
const nothing = { lost: [], twice: [], order: [], ended: [] };

describe("the graphs", () => {
  const nodes = plans.flat();
  const expected = plans.flatMap((plan) => [...expectationsOf(plan).values()]);

  it.each([
    ["branches", nodes.filter(({ when }) => when).length],
    ["maps", nodes.filter(({ each }) => each).length],
    ["maps over what a map gave", nodes.filter(isMapOfMap).length],
    ["joins of three and more", nodes.filter(({ inputs }) => Object.keys(inputs).length > 5).length],
    ["nodes that succeed", expected.filter(({ status }) => status === "succeeded").length],
    ["nodes that fail", expected.filter(({ status }) => status === "failed").length],
    ["nodes that are skipped", expected.filter(({ status }) => status === "skipped").length],
    ["items that fail", expected.filter((node) => "items" in node && hasFailed(node.items)).length],
  ])("have %s", (_, count) => {
    expect(count).toBeGreaterThan(10);
  });

  it("are the same for the same seed, and others for another", () => {
    expect(randomPlan("g0", 30, seededRandom(SEED))).toEqual(plans[0]);
    expect(randomPlan("g0", 30, seededRandom(SEED + 1))).not.toEqual(plans[0]);
  });

  it("end in several ways", () => {
    const ends = new Set(plans.map((plan) => expectedEnd(expectationsOf(plan))));
    expect([...ends].toSorted()).toEqual(["partial", "succeeded"]);
  });

  function isMapOfMap({ each }: (typeof nodes)[number]): boolean {
    if (!each || !("from" in each.over)) return false;
    return each.over.output === "text";
  }

  function hasFailed(items: ReadonlyMap<number, { readonly status: string }>): boolean {
    return [...items.values()].some(({ status }) => status === "failed");
  }
});

describe("without chaos", () => {
  let controller: Controller;
  let removeFolder: () => Promise<void>;
  let folder: string;
  const recorded: (readonly RunEvent[])[] = [];

  beforeAll(async () => {
    ({ folder, remove: removeFolder } = await temporaryFolder());
    const [expert] = experts;
    if (!expert) throw new Error("there is no expert");
    const script = {
      card: expert.card,
      script: ({ inputs, signal }: Call) => expert.run(folder, inputs, context(signal)),
    };
    controller = await startController(scriptExperts([expert.task], [script]));
    for (const plan of plans) {
      const { state } = await controller.run([...plan], { reuse: false });
      recorded.push(await controller.store.read(state.runId));
    }
  }, 120_000);

  afterAll(async () => {
    await controller.close();
    await removeFolder();
  });

  interface Call {
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly signal: AbortSignal;
  }

  const context = (signal: AbortSignal) => ({ signal, scratch: folder });

  it("the controller comes to what the reference says", () => {
    for (const [index, plan] of plans.entries()) {
      expect(checkRun(`r${index}`, plan, recorded[index] ?? [])).toEqual(nothing);
    }
  });

  it("every step is executed as often as it has to be", () => {
    const { needed, made, extra, impossible } = countExecutions(plans, readExecutions(folder));
    expect({ made, extra, impossible }).toEqual({ made: needed, extra: 0, impossible: [] });
    expect(needed).toBeGreaterThan(plans.length * 15);
  });

  describe("the checks see", () => {
    const plan = plans[0] ?? [];

    it("a run that is not there, and one that has not ended", () => {
      expect(checkRun("r", plan, []).lost).toHaveLength(1);
      expect(checkRun("r", plan, events().slice(0, -1)).lost).toHaveLength(1);
    });

    it("a completion that was applied twice", () => {
      const twice = events().flatMap((event): RunEvent[] =>
        event.type === "node-succeeded" ? [event, event] : [event],
      );
      expect(checkRun("r", plan, numbered(twice)).twice.length).toBeGreaterThan(5);
    });

    it("a step that began too early", () => {
      const [first, ...others] = events()
        .filter(({ type }) => type === "node-started")
        .toReversed();
      if (!first || others.length === 0) throw new Error("nothing was started");
      const rest = events().filter((event) => event !== first);
      const afterPlan = rest.findIndex(({ type }) => type === "run-finished");
      const early = [...rest.slice(0, 40), first, ...rest.slice(40, afterPlan + 1)];
      expect(checkRun("r", plan, numbered(early)).order.length).toBeGreaterThan(0);
    });

    it("a result that is not what it has to be", () => {
      const other = changed(events(), "node-succeeded", (data) => {
        return "number" in data.outputs
          ? { ...data, outputs: { ...data.outputs, number: { type: "number", value: 77 } } }
          : data;
      });
      expect(checkRun("r", plan, other).order).toHaveLength(1);
    });

    it("a run that ended as it must not", () => {
      const other = changed(events(), "run-finished", (data) => ({ ...data, status: "failed" }));
      expect(checkRun("r", plan, other).ended).toHaveLength(1);
    });

    it("a step that was executed once more, one that must not be executed, and one that never was", () => {
      const executions = readExecutions(folder);
      const [first] = executions;
      if (!first) throw new Error("nothing was executed");
      expect(countExecutions(plans, [...executions, first]).extra).toBe(1);
      expect(countExecutions(plans, [...executions, { ...first, key: "nobody" }]).impossible).toHaveLength(1);
      const without = executions.filter(({ key }) => key !== first.key);
      expect(countExecutions(plans, without).impossible).toHaveLength(1);
    });

    function events(): readonly RunEvent[] {
      const found = recorded[0] ?? [];
      expect(foldEvents(found)?.status).toBe(expectedEnd(expectationsOf(plan)));
      return found;
    }
  });

  function numbered(events: readonly RunEvent[]): RunEvent[] {
    return events.map((event, index) => ({ ...event, seq: index + 1 }));
  }

  /** With the first event of the type that a change makes a difference to, changed. */
  function changed<T extends EventType>(
    events: readonly RunEvent[],
    type: T,
    change: (data: EventData[T]) => EventData[T],
  ): RunEvent[] {
    let done = false;
    return events.map((event) => {
      if (done || event.type !== type) return event;
      const data = change(event.data as EventData[T]);
      done = data !== event.data;
      return { ...event, data } as RunEvent;
    });
  }
});
