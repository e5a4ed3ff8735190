/** Does a person reading the log of one request see what was planned, what ran where, how long, what failed and why? */
import { Writable } from "node:stream";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createLogger, logCommit } from "../../src/adapters/pino-log.ts";
import { foldEvents } from "../../src/run/reduce.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { verifies } from "../e2e/requirements.ts";
import { drive, text } from "../run/drive-run.ts";
import { partialRun } from "../run/sample-runs.ts";

type Line = Record<string, unknown> & { readonly msg: string };

/** Logs the run as it was committed, an event at a time, and gives the lines. */
function linesOf(events: readonly RunEvent[]): Line[] {
  const lines: Line[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Line);
      done();
    },
  });
  const logger = pino({ base: null }, stream);
  for (const [index, event] of events.entries()) {
    const state = foldEvents(events.slice(0, index + 1));
    if (state) logCommit(logger, { state, events: [event], outbox: [] });
  }
  return lines;
}

const INFO = 30;
const WARN = 40;

describe("the log of a run", () => {
  const run = partialRun();
  const lines = linesOf(run.events);
  const plain = lines.filter((line) => !("graph" in line));

  it(verifies("log:lines"), () => {
    expect(plain.map(({ event, seq }) => [event, seq])).toEqual(run.events.map(({ type, seq }) => [type, seq]));
    for (const line of lines) expect(line).toMatchObject({ runId: "r1", msg: expect.stringMatching(/^r1 /) as string });
    const graphs = lines.filter((line) => "graph" in line);
    expect(graphs.map(({ msg }) => msg)).toEqual(["r1 plan:", "r1 result:"]);
    expect(graphs[0]?.["graph"]).toMatch(/t1 +object-detection/);
    expect(graphs[1]?.["graph"]).toMatch(/✗.*t3/);
  });

  it("says what failed and why, as a warning, and nothing else as one", () => {
    const warnings = lines.filter(({ level }) => level !== INFO);
    expect(warnings.map(({ level }) => level)).toEqual(warnings.map(() => WARN));
    expect(warnings.map(({ msg }) => msg)).toEqual([
      "r1 t2 attempt 1 failed, tried again: the process died",
      "r1 t3 failed: the picture is truncated",
      "r1 t5__1 failed: it broke",
    ]);
  });

  it("says what ran where and how long, and does not repeat what came of it", () => {
    const messages = plain.map(({ msg }) => msg);
    expect(messages).toContain("r1 t1 goes to detector: best score");
    expect(messages).toContain("r1 t1 started by w1");
    expect(messages).toContain("r1 t1 done in 400 ms");
    const done = plain.find(({ event, nodeId }) => event === "node-succeeded" && nodeId === "t2");
    expect(done).toMatchObject({ outputs: ["text", "lines"] });
    expect(JSON.stringify(plain)).not.toContain("buy milk");
  });
});

it("holds nothing of a request but that it came", () => {
  const secret = drive({ messages: [{ role: "user", content: [{ type: "text", text: "my secret" }] }] });
  expect(JSON.stringify(linesOf(secret.events))).not.toContain("my secret");
});

it("has words for every kind of event", () => {
  const condition = { from: "t1", output: "text", op: "contains", value: "x" } as const;
  const over = { list: [{ value: text("a") }] };
  const one = drive().plan({ id: "t1" }, { id: "t2", when: condition }, { id: "t3", each: { over } });
  one.must({ type: "note", nodeId: "plan", text: "thinking" });
  one.closePlan().run("t1", { text: { type: "spilled", of: "text", ref: "1".repeat(64), bytes: 9 } });
  one.must({ type: "decide-condition", nodeId: "t2", holds: false });
  one.must({ type: "cancel", reason: "enough" });
  const two = drive().plan({ id: "t1" }).fail("plan", { message: "hiccup" }, 0).start("plan");
  two.plan({ id: "t2" }).lose("t2");

  const events = [...one.events, ...two.events];
  const messages = [...linesOf(one.events), ...linesOf(two.events)].map(({ msg }) => msg);
  expect(new Set(events.map(({ type }) => type)).size).toBe(15);
  for (const message of messages) expect(message).not.toMatch(/undefined|\[object/);
  for (const said of [
    "r1 plan: thinking",
    "r1 t3 spreads over 1 items",
    "r1 t2 condition does not hold",
    "r1 t3__0 canceled: enough",
    "r1 canceled: enough",
    "r1 plan attempt 1 failed, tried again: hiccup",
    "r1 t1 withdrawn: planning began anew",
  ]) {
    expect(messages).toContain(said);
  }
});

describe("a logger", () => {
  it("may be off, and keeps its level", () => {
    expect(createLogger({ log: "off", logLevel: "debug" }, true).isLevelEnabled("error")).toBe(false);
    const warning = createLogger({ log: "json", logLevel: "warn" }, false);
    expect([warning.isLevelEnabled("info"), warning.isLevelEnabled("warn")]).toEqual([false, true]);
  });
});
