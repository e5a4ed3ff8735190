/** Reading events back: a sceptic doubts that a store which holds what this build can't know ends in anything but a crash. */
import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/run/events.ts";
import { applyEvents, foldEvents, UnsupportedEventError } from "../../src/run/reduce.ts";
import { drive, from, text } from "./drive-run.ts";

const { events } = drive().plan({ id: "t1" }).run("t1").closePlan().answer();
const copy = (): RunEvent[] => JSON.parse(JSON.stringify(events)) as RunEvent[];

describe("events", () => {
  test("fold to the state they came from, after a trip through text", () => {
    const run = drive()
      .plan({ id: "t1" })
      .start("t1")
      .fail("t1", {}, 1)
      .run("t1", { text: text("a") })
      .closePlan();
    expect(foldEvents(JSON.parse(JSON.stringify(run.events)) as RunEvent[])).toEqual(run.state);
    expect(foldEvents([])).toBeUndefined();
  });

  test("leave the state that they are applied to as it was", () => {
    const run = drive().plan({ id: "t1" });
    const { state } = run;
    run.start("t1");
    expect(state.nodes.get("t1")?.status).toBe("ready");
    expect(run.status("t1")).toBe("running");
  });

  test.each([
    ["of a newer format", (list: RunEvent[]) => list.map((event) => ({ ...event, v: 2 })), "has format 2"],
    ["with a gap", (list: RunEvent[]) => list.filter(({ seq }) => seq !== 2), "event 3 of run r1 does not follow 1"],
    ["twice", (list: RunEvent[]) => list.flatMap((event) => [event, event]), "event 1 of run r1 does not follow 1"],
    ["without their beginning", (list: RunEvent[]) => list.slice(1), "event 2 of run r1 does not follow 0"],
    [
      "of an unknown type",
      (list: RunEvent[]) => list.map((event) => ({ ...event, type: event.seq === 4 ? "node-paused" : event.type })),
      "event 4 of run r1 has the unknown type node-paused",
    ],
    [
      "about an unknown node",
      (list: RunEvent[]) => list.map((event) => ({ ...event, data: { ...event.data, nodeId: "t9" } })),
      "names the unknown node t9",
    ],
    [
      "that begin with something else",
      (list: RunEvent[]) => list.slice(1).map((event, index) => ({ ...event, seq: index + 1 })),
      "run r1 does not begin with run-created",
    ],
  ])("%s are an UnsupportedEventError that names the event", (_, spoil, message) => {
    const spoiled = spoil(copy()) as RunEvent[];
    expect(() => foldEvents(spoiled)).toThrow(UnsupportedEventError);
    expect(() => foldEvents(spoiled)).toThrow(message);
  });

  test("of no number change nothing", () => {
    const { state } = drive();
    expect(applyEvents(state, [])).toBe(state);
  });

  test.each(["constructor", "toString", "valueOf", "hasOwnProperty"])(
    "about a node that is called %s are like any other's",
    (id) => {
      const run = drive().plan({ id }, { id: "t2", inputs: { text: from(id, "text") } });
      expect(run.node(id).attempt).toBe(1);
      expect(run.run(id, { text: text("a") }).status("t2")).toBe("ready");
    },
  );
});
