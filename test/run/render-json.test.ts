/** The graph as data: a sceptic doubts that it survives JSON, and that its edges lead where its nodes are. */
import { describe, expect, test } from "vitest";
import { renderJson } from "../../src/run/render-json.ts";
import { drive, from, text } from "./drive-run.ts";
import { partialRun, plannedRun } from "./sample-runs.ts";

describe("a run as JSON", () => {
  const graph = renderJson(partialRun().state);

  test("is plain data", () => {
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
    expect(graph).toMatchObject({
      runId: "r1",
      status: "partial",
      criticalPath: ["plan", "t2", "t5", "t5__2", "answer"],
    });
  });

  test("has every node once, items after their mapped node, the answer last", () => {
    const ids = graph.nodes.map(({ id }) => id);
    expect(ids).toEqual(["plan", "t1", "t2", "t3", "t4", "t5", "t5__0", "t5__1", "t5__2", "t6", "answer"]);
  });

  test("says of a step who did it, with what, how often and how long", () => {
    expect(graph.nodes.find(({ id }) => id === "t2")).toEqual({
      id: "t2",
      kind: "task",
      task: "optical-character-recognition",
      status: "succeeded",
      expert: { id: "second-detector", version: "1" },
      attempts: 2,
      inputs: { image: "image note.png" },
      outputs: { text: String.raw`"buy milk,\neggs, bread and a great many…"`, lines: "3 × text" },
      usage: {},
      startedAt: 7000,
      finishedAt: 11_000,
      durationMs: 4000,
    });
  });

  test("says of a step why it gave nothing", () => {
    const [t3, t4] = ["t3", "t4"].map((id) => graph.nodes.find((node) => node.id === id));
    expect(t3).toMatchObject({ attempts: 1, error: { code: "bad-input", message: "the picture is truncated" } });
    expect(t4).toMatchObject({ attempts: 0, skip: { cause: "condition" } });
  });

  test("names each edge by its kind", () => {
    expect(renderJson(plannedRun().state).edges).toEqual([
      { from: "plan", to: "t1", kind: "order" },
      { from: "plan", to: "t2", kind: "order" },
      { from: "t1", to: "t3", kind: "data", output: "boxes", input: "boxes" },
      { from: "t1", to: "t4", kind: "condition", output: "boxes" },
      { from: "t2", to: "t5", kind: "data", output: "lines", input: "each" },
      { from: "t2", to: "t6", kind: "data", output: "text", input: "text" },
      { from: "t3", to: "t6", kind: "order" },
      { from: "t4", to: "answer", kind: "order" },
      { from: "t5", to: "answer", kind: "order" },
      { from: "t6", to: "answer", kind: "order" },
    ]);
    expect(graph.edges.filter(({ kind }) => kind === "item")).toEqual(
      [0, 1, 2].map((index) => ({ from: "t5", to: `t5__${index}`, kind: "item" })),
    );
  });

  test("draws one edge where a template speaks of the same output twice", () => {
    const said = from("t1", "text");
    const run = drive().plan({ id: "t1" }, { id: "t2", inputs: { text: { template: [said, " and ", said] } } });
    const edges = renderJson(run.run("t1", { text: text("a") }).state).edges.filter(({ to }) => to === "t2");
    expect(edges).toEqual([{ from: "t1", to: "t2", kind: "data", output: "text", input: "text" }]);
  });
});
