/** The picture for browsers: a sceptic doubts that no label ends the diagram, adds to it, or becomes markup. */
import { describe, expect, test } from "vitest";
import { renderMermaid } from "../../src/run/render-mermaid.ts";
import { drive, from, texts } from "./drive-run.ts";
import { partialRun } from "./sample-runs.ts";

describe("a run as a Mermaid flowchart", () => {
  test("shows steps by state, data as labelled arrows, order as dashed ones, and conditions", () => {
    expect(renderMermaid(partialRun().state)).toBe(
      `
flowchart TD
  n0{{"plan<br/>✓ 2.00 s"}}:::succeeded
  n1["t1: object-detection<br/>✓ detector, 3.00 s"]:::succeeded
  n2["t2: optical-character-recognition<br/>✓ second-detector, 4.00 s"]:::succeeded
  n3["t3: annotate-boxes<br/>✗ detector, 1.00 s"]:::failed
  n4["t4: crop<br/>↷"]:::skipped
  n5[["t5: sentiment, 2 of 3 items<br/>✓ 12.0 s"]]:::succeeded
  n6["item 0<br/>✓ detector, 1.00 s"]:::succeeded
  n7["item 1<br/>✗ detector, 1.00 s"]:::failed
  n8["item 2<br/>✓ detector, 1.00 s"]:::succeeded
  n9["t6: text-to-speech<br/>✓ detector, 1.00 s"]:::succeeded
  n10(["answer<br/>✓ 1.00 s"]):::succeeded
  n0 -.-> n1
  n0 -.-> n2
  n1 -->|"boxes"| n3
  n1 -.->|"when t1.boxes contains #34;dog#34;"| n4
  n2 -->|"lines"| n5
  n2 -->|"text"| n9
  n3 -.-> n9
  n4 -.-> n10
  n5 -.-> n10
  n9 -.-> n10
  n5 --- n6
  n5 --- n7
  n5 --- n8
  classDef succeeded fill:#dcf5dc,stroke:#2e7d32,color:#12330f
  classDef failed fill:#fbdada,stroke:#c62828,color:#4a0d0d
  classDef skipped fill:#fff6d6,stroke:#c79a00,color:#4a3900
`.trim(),
    );
  });

  // All of these were also read by Mermaid 12's own parser, which found 8 nodes and 10 edges each time.
  test.each([
    `"quotes"`,
    "[brackets](({{}}))|",
    "<script>alert(1)</script>",
    "`**markdown**`",
    "two\nlines",
    "end",
    "%%{init: {}}%%",
    "#quot;&lt;",
    "; n0 --> n1",
    "click n0 href",
    "subgraph x",
    "日本語 🙂",
  ])("keeps a label a label: %s", (label) => {
    const run = drive().plan(
      { id: "end", task: label, expert: label },
      {
        id: "o-x--y",
        inputs: { [label]: from("end", label) },
        when: { ...from("end", label), op: "eq", value: label },
      },
      { id: "graph", after: ["end"] },
      { id: "m", each: { over: { value: texts(label, label) } }, inputs: { of: { item: true } } },
    );
    const [head, ...lines] = renderMermaid(run.state).split("\n");
    expect(head).toBe("flowchart TD");
    const quoted = String.raw`"(?:[\p{L}\p{N} .,:_?·○●✓✗↷⊘…-]|#\d+;|<br/>)*"`;
    const node = String.raw`n\d+(?:\{\{${quoted}\}\}|\[${quoted}\]|\[\[${quoted}\]\]|\(\[${quoted}\]\)):::[a-z]+`;
    const edge = String.raw`n\d+ (?:-\.->|-->|---)(?:\|${quoted}\|)? n\d+`;
    const grammar = new RegExp(String.raw`^  (?:${node}|${edge}|classDef [a-z]+ [a-z#0-9,:]+)$`, "u");
    expect(lines.filter((line) => !grammar.test(line))).toEqual([]);
    expect(lines.filter((line) => line.includes(":::"))).toHaveLength(8);
  });

  test("counts the items of a wide map instead of drawing them", () => {
    const words = Array.from({ length: 40 }, (_, index) => `w${index}`);
    const run = drive().plan({ id: "t1", each: { over: { value: texts(...words) } }, inputs: { of: { item: true } } });
    const picture = renderMermaid(run.run("t1__7").state);
    expect(picture).toContain(`"t1: object-detection, 1 of 40 items<br/>●"`);
    expect(picture).not.toContain("item 0");
  });
});
