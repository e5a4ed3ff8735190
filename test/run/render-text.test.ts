/** What people read of a run: a sceptic doubts that it can be read, and that nothing in it was written by a value. */
import { describe, expect, test } from "vitest";
import { renderText } from "../../src/run/render-text.ts";
import { drive, from, number, type RunDriver, text, texts } from "./drive-run.ts";
import { partialRun, plannedRun } from "./sample-runs.ts";

/** Lines after the header, without their margin's colour. */
const body = (run: RunDriver, columns = 120): string =>
  renderText(run.state, { columns }).split("\n").slice(1).join("\n");

describe("a run as text", () => {
  test("shows the plan before it runs: what each step takes, and what it waits for", () => {
    const run = plannedRun();
    expect(renderText(run.state, { now: run.now })).toBe(
      `
run r1 · running · 2.00 s so far
●           plan                                   1.00 s so far
├─○         t1      object-detection                              image coffee.png
○ │         t2      optical-character-recognition                 image note.png
│ ├─·       t3      annotate-boxes                                image coffee.png, t1.boxes
│ · │       t4      crop                                          image coffee.png, "cup" · when t1.boxes contains "dog"
├─│─│─·     t5      sentiment                                     item · each t2.lines
·─│─╯ │     t6      text-to-speech                                "It says: {t2.text}" · after t3
·─┴───╯     answer
`.trim(),
    );
  });

  test("shows at the end what ran where, how long, what it took and gave, what failed and why", () => {
    expect(renderText(partialRun().state)).toBe(
      `
run r1 · partial · 28.0 s
✓        *  plan                                                    2.00 s
├─✓         t1      object-detection               detector         3.00 s
│ │         image coffee.png → 3 boxes  (load 0.80 s, run 0.40 s)
✓ │      *  t2      optical-character-recognition  second-detector  4.00 s
│ │         image note.png → "buy milk,\\neggs, bread and a great many…", 3 × text  (2 tries)
│ │         attempt 1 by detector: the process died (worker-crashed)
│ ├─✗       t3      annotate-boxes                 detector         1.00 s  image coffee.png, 3 boxes
│ │ │       failed: the picture is truncated (bad-input)
│ ↷ │       t4      crop
│ │ │       skipped: the condition t1.boxes contains "dog" does not hold
├─│─│─✓  *  t5      sentiment                                       12.0 s  each of 3 × text → 2 × number, 1 lost
│ │ │ │     ✓  [0]  detector  1.00 s  "buy milk" → 0.2
│ │ │ │     ✗  [1]  detector  1.00 s  "eggs"
│ │ │ │         failed: it broke (expert-failed)
│ │ │ │     ✓ *[2]  detector  1.00 s  "bread" → 0.9
✓─│─╯ │     t6      text-to-speech                 detector         1.00 s
│ │   │     "It says: buy milk,\\neggs, bread and a gr…" → audio speech.wav  (run 0.99 s)
✓─┴───╯  *  answer                                                  1.00 s  → "done"
`.trim(),
    );
  });

  test("tells which results were not computed, but taken from an earlier call", () => {
    const run = drive().plan({ id: "t1", task: "sentiment" }, { id: "t2", task: "sentiment" });
    run.run("t1", { score: number(1) }, { reused: true, runMs: 0 }).run("t2", { score: number(2) }, { runMs: 0 });
    const [t1, t2] = body(run).split("\n").slice(1);
    expect(t1).toContain("→ 1  (reused)");
    expect(t2).not.toContain("reused");
  });

  test("draws chains, forks and joins in the margin", () => {
    const run = drive().plan(
      { id: "a", task: "x" },
      { id: "b", task: "x" },
      { id: "c", task: "x", after: ["a"] },
      { id: "d", task: "x", after: ["a", "b"] },
      { id: "e", task: "x", after: ["b"] },
      { id: "f", task: "x", after: ["c", "d", "e"] },
      { id: "g", task: "x", after: ["a", "f"] },
      { id: "h", task: "x" },
    );
    expect(body(run)).toBe(
      `
●             plan
├─○           a       x
├─│─○         b       x
│ ├─│─·       c       x  after a
│ ├─┼─│─·     d       x  after a, b
│ │ · │ │     e       x  after b
│ │ ·─┴─╯     f       x  after c, d, e
│ ·─╯         g       x  after a, f
○ │           h       x
·─╯           answer
`.trim(),
    );
  });

  test("does without the drawing where it would be too wide", () => {
    const run = drive().plan(...Array.from({ length: 20 }, (_, index) => ({ id: `t${index}`, task: "x" })));
    expect(body(run).split("\n")[1]).toBe("○     t0      x");
  });

  test("of a run that nobody planned yet is short", () => {
    expect(renderText(drive().state)).toBe("run r1 · planning\n○     plan\n·     answer");
  });

  test("gives the reason of the end", () => {
    const run = drive().plan({ id: "t1", task: "x" });
    run.must({ type: "cancel", reason: "the user\u001B[31m went away" });
    expect(renderText(run.state)).toBe(
      `
run r1 · canceled · 3.00 s
reason: the user\\u{1b}[31m went away
⊘  *  plan       2.00 s
⊘     t1      x
⊘     answer
`.trim(),
    );
  });

  test("names the glyph of every state differently, so that it can be read without colour", () => {
    const run = drive().plan({ id: "t1" }, { id: "t2", after: ["t1"] }, { id: "t3" }, { id: "t4" });
    run
      .start("t1")
      .run("t3")
      .lose("t4")
      .plan({ id: "t5", inputs: { text: from("t4", "text") } }, { id: "t6" });
    const glyphs = body(run)
      .split("\n")
      .flatMap((line) => /[·○●✓✗↷⊘]/u.exec(line) ?? []);
    expect(new Set(glyphs).size).toBe(6);
  });

  test("is coloured only when asked, and then only in colour different", () => {
    const { state } = partialRun();
    // oxlint-disable-next-line no-control-regex -- ANSI sequences begin with one
    const colours = /\u001B\[\d+m/g;
    const coloured = renderText(state, { color: true });
    expect(coloured.match(colours)?.length).toBeGreaterThan(10);
    expect(coloured.replaceAll(colours, "")).toBe(renderText(state));
  });

  test.each([60, 100, 120])("keeps within %d columns, unless a single word does not", (columns) => {
    const run = drive().plan({ id: "t1", inputs: { a: { value: text("word ".repeat(20)) }, b: { value: number(1) } } });
    run.lose("t1", { message: "and then it broke ".repeat(30) });
    expect(
      Math.max(
        ...renderText(run.state, { columns })
          .split("\n")
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(columns);
  });

  test("lists a few items of a wide map, those that failed first of all", () => {
    const words = Array.from({ length: 30 }, (_, index) => `w${index}`);
    const run = drive().plan({ id: "t1", each: { over: { value: texts(...words) } }, inputs: { of: { item: true } } });
    for (let item = 0; item < 29; item += 1) run.run(`t1__${item}`);
    run.lose("t1__29", { message: "it broke" });
    expect(body(run)).toContain("✗ *[29]  detector  1.00 s");
    expect(body(run)).toContain("… and 22 succeeded");
  });

  test("prints nothing that a value could use to lie: no control characters, no second line", () => {
    const evil = "a\n✓ t9 forged\r\u001B[2J\u0007\u202E\u2028\u0000";
    const run = drive().plan({ id: "t1", task: evil, inputs: { a: { value: text(evil) } } });
    run.must({ type: "note", nodeId: "t1", text: evil });
    run.run("t1", { [evil]: { type: "image", asset: "a".repeat(64), name: evil } });
    const lines = renderText(run.state).split("\n");
    expect(lines).toHaveLength(6);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(lines.join("")).not.toMatch(/[\u0000-\u001F\u007F\u202E\u2028]/);
  });

  test("tells of tries, deliveries and notes", () => {
    const run = drive().plan({ id: "t1", task: "x" }).start("t1").fail("t1", {}, 1).start("t1").start("t1");
    run.must({ type: "note", nodeId: "t1", text: "repaired: input renamed" });
    expect(body(run).split("\n").slice(1, 4)).toEqual([
      "●     t1      x  second-detector  (try 2, delivered 2 times)",
      "│     attempt 1 by detector: it broke (expert-failed)",
      "│     note: repaired: input renamed",
    ]);
  });
});
