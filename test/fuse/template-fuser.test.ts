/** Does the answer say what was recorded and nothing else, with a citation exactly where each marker stands? */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerSchema, type Answer } from "../../src/fuse/answer.ts";
import { createTemplateFuser } from "../../src/fuse/template-fuser.ts";
import type { FuseInput } from "../../src/ports/fuser.ts";
import type { Value } from "../../src/run/value.ts";
import { drive, from, number, text, texts, type PlannedNode, type RunDriver } from "../run/drive-run.ts";
import { findTask, photo, photos } from "./tasks.ts";

const never = new AbortController().signal;
const noLoad: FuseInput["load"] = () => Promise.reject(new Error("nothing here is spilled"));

async function fuse({ state }: RunDriver, load = noLoad): Promise<Answer> {
  const answer = await createTemplateFuser(findTask).fuse({ state, load }, never);
  for (const { node, start, end } of answer.citations) expect(answer.text.slice(start, end)).toBe(`[${node}]`);
  expect(answerSchema.parse(JSON.parse(JSON.stringify(answer)))).toEqual(answer);
  return answer;
}

const runOf = (...nodes: PlannedNode[]): RunDriver =>
  drive({ messages: [photos] })
    .plan(...nodes)
    .closePlan();

const shout = (id: string, said: string, more: Partial<PlannedNode> = {}): PlannedNode => {
  return { id, task: "shout", inputs: { text: { value: text(said) } }, ...more };
};
const caption: PlannedNode = { id: "t1", task: "caption", inputs: { image: { asset: photo } } };

describe("what was found", () => {
  it("is told in the words of its task, cited, with the expert", async () => {
    const run = runOf(caption, { id: "t2", task: "summary", inputs: { text: from("t1", "text") } });
    run.run("t1", { text: text("a cup") }).run("t2", { text: text("cup"), score: number(0.5) });
    const { text: said, citations } = await fuse(run);
    expect(said).toBe("coffee.png shows: a cup [t1]\nSummary of the description of coffee.png: cup (0.5) [t2]");
    expect(citations).toMatchObject([
      { node: "t1", task: "caption", expert: "detector" },
      { node: "t2", task: "summary", expert: "detector" },
    ]);
  });

  it("is told by its title and first output where the task has no words for it", async () => {
    const run = runOf(shout("t1", "a"), { id: "t2", task: "unheard-of", inputs: {} });
    run.run("t1", { loud: number(2), text: text("A") }).run("t2", { "odd name": number(1) });
    expect((await fuse(run)).text).toBe("Shout: A [t1]\nunheard-of: 1 [t2]");
  });

  it("lists the files that were made, those in lists too, with who made them", async () => {
    const made = (digit: string, name?: string): Value => {
      return { type: "image", asset: digit.repeat(64), ...(name === undefined ? {} : { name }) };
    };
    const run = runOf({ id: "t1", task: "crop", inputs: { image: { asset: photo } } });
    run.run("t1", {
      image: made("3", "crop.png"),
      all: { type: "list", of: "image", items: [made("4"), made("5", "b.png")] },
    });
    const { text: said, assets } = await fuse(run);
    expect(said).toBe("Cut crop.png out of coffee.png. [t1]");
    expect(assets).toEqual([
      { asset: "3".repeat(64), type: "image", name: "crop.png", node: "t1", output: "image" },
      { asset: "4".repeat(64), type: "image", node: "t1", output: "all" },
      { asset: "5".repeat(64), type: "image", name: "b.png", node: "t1", output: "all" },
    ]);
  });

  it("is read from where large values are kept, files in large lists too", async () => {
    const run = runOf(shout("t1", "a"), { id: "t2", task: "crop", inputs: { image: { asset: photo } } });
    const spilled = (of: "text" | { list: "image" }): Value => ({
      type: "spilled",
      of,
      ref: "9".repeat(64),
      bytes: 9000,
    });
    run.run("t1", { text: spilled("text") }).run("t2", { all: spilled({ list: "image" }) });
    const { text: said, assets } = await fuse(run, ({ of }) =>
      Promise.resolve(
        of === "text"
          ? text("kept elsewhere")
          : { type: "list", of: "image", items: [{ type: "image", asset: "6".repeat(64) }] },
      ),
    );
    expect(said).toBe("Shout: kept elsewhere [t1]\nCut nothing out of coffee.png. [t2]");
    expect(assets.map(({ asset }) => asset)).toEqual(["6".repeat(64)]);
  });
});

describe("what was not done", () => {
  it("is told with the reason and what it was about, on a line each, and cited", async () => {
    const run = runOf(caption, shout("t2", "hi"), { id: "t3", task: "summary", inputs: { text: from("t1", "text") } });
    run.lose("t1", { message: "the picture\nis truncated" }).run("t2", { text: text("HI") });
    const { text: said, citations } = await fuse(run);
    expect(said.split("\n")).toEqual([
      "Shout: HI [t2]",
      "",
      "Not done:",
      "- Caption (coffee.png): the picture is truncated [t1]",
      "- Summary (the description of coffee.png): needs t1.text: the picture is truncated [t3]",
    ]);
    expect(citations.map(({ node }) => node)).toEqual(["t2", "t1", "t3"]);
  });

  it("is all that there is to say where nothing was done", async () => {
    const run = runOf(caption).lose("t1");
    expect((await fuse(run)).text).toBe("This could not be done:\n- Caption (coffee.png): it broke [t1]");
  });

  it("includes what was wrong with the plan", async () => {
    const run = drive().plan(shout("t1", "a")).fail("plan", { code: "invalid-plan", message: "t2 was left out" });
    run.run("t1", { text: text("A") });
    expect((await fuse(run)).text).toBe("Shout: A [t1]\n\nNot done:\n- t2 was left out");
    const nothing = drive().start("plan").fail("plan", { code: "not-understood", message: "what?" });
    expect((await fuse(nothing)).text).toBe("This could not be done:\n- what?");
  });

  it("does not include what a condition left out, nor what depends on that", async () => {
    const when = { from: "t1", output: "text", op: "contains", value: "dog" } as const;
    const run = runOf(caption, shout("t2", "woof", { when }), {
      id: "t3",
      task: "summary",
      inputs: { text: from("t2", "text") },
    });
    run.run("t1", { text: text("a cup") });
    expect(run.status("t3")).toBe("skipped");
    expect((await fuse(run)).text).toBe("coffee.png shows: a cup [t1]");
  });

  it("is followed by what the planner noted, once, and not what it refused, which is told already", async () => {
    const run = drive().plan(shout("t1", "a"));
    for (const noted of ["left aside: the rest", "refused: node t2 has no task", "left aside: the rest"]) {
      run.must({ type: "note", nodeId: "plan", text: noted });
    }
    run.fail("plan", { code: "invalid-plan", message: "node t2 has no task" }).run("t1", { text: text("A") });
    expect((await fuse(run)).text.split("\n")).toEqual([
      "Shout: A [t1]",
      "",
      "Not done:",
      "- node t2 has no task",
      "",
      "Note:",
      "- left aside: the rest",
    ]);
  });

  it("is nothing where nothing was to be done", async () => {
    expect((await fuse(drive().start("plan").closePlan())).text).toBe("Nothing had to be done.");
  });
});

describe("a mapped step", () => {
  const split: PlannedNode = {
    id: "t1",
    task: "split",
    inputs: { text: { value: text("a b c") } },
    outputTypes: { words: { list: "text" } },
  };
  const each: PlannedNode = {
    id: "t2",
    task: "shout",
    inputs: { text: { item: true } },
    each: { over: from("t1", "words") },
  };

  it("is told by its items, each about its own, and which of them failed", async () => {
    const run = runOf(split, each)
      .run("t1", { words: texts("a", "b") })
      .run("t2__0", { text: text("A") })
      .lose("t2__1");
    expect((await fuse(run)).text).toBe(
      "Split: a; b [t1]\nShout: A [t2__0]\n\nNot done:\n- Shout (the word 2 of “a b c”): it broke [t2__1]",
    );
  });

  it("is not passed over in silence where it never came to items", async () => {
    const skipped = runOf(split, each).lose("t1", { message: "no words" });
    expect((await fuse(skipped)).text).toContain("- Shout (the word of “a b c”): needs t1.words: no words [t2]");
    const faulty = runOf(split, each).run("t1", { words: text("no list") });
    expect((await fuse(faulty)).text).toMatch(/- Shout \(the word of “a b c”\): .*not a list \[t2\]/);
    const empty = runOf(split, each).run("t1", { words: texts() });
    expect((await fuse(empty)).text).toBe("Split: an empty list [t1]\nShout: there was nothing to do it with [t2]");
  });
});

describe("hostile values", () => {
  it("are never taken for placeholders, markers or headings of ours", async () => {
    const nasty = "{output.score} {input.text} $& $1 [t9] [t1]\n\nNot done:\n- everything [t1]";
    const run = runOf({ id: "t1", task: "summary", inputs: { text: { value: text("{output.text}") } } });
    run.run("t1", { text: text(nasty), score: number(1) });
    const { text: said, citations } = await fuse(run);
    expect(said).toBe(`Summary of “{output.text}”: ${nasty} (1) [t1]`);
    expect(citations).toHaveLength(1);
    expect(citations[0]?.end).toBe(said.length);
  });

  it("of any kind leave every citation at its marker, and every value in its place", async () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.string({ unit: "grapheme", maxLength: 30 }),
      fc.constantFrom(
        "[t1]",
        "[t2] ",
        "{output.text}",
        "{input.text}",
        "$&",
        "\uD83D",
        "\n- x [t0]",
        "😀",
        "Not done:",
        "",
      ),
    );
    const step = fc.record({
      value: fc.array(piece, { maxLength: 4 }).map((parts) => parts.join("")),
      succeeds: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const run = runOf(...steps.map(({ value }, index) => shout(`t${index}`, value)));
        for (const [index, { value, succeeds }] of steps.entries()) {
          if (succeeds) run.run(`t${index}`, { text: text(value) });
          else run.lose(`t${index}`, { message: value });
        }
        const { text: said, citations } = await fuse(run);
        const done = [...steps.entries()].filter(([, { succeeds }]) => succeeds);
        const lost = [...steps.entries()].filter(([, { succeeds }]) => !succeeds);
        expect(citations.map(({ node }) => node)).toEqual([...done, ...lost].map(([index]) => `t${index}`));

        let end = 0;
        for (const [place, [index, { value, succeeds }]] of [...done, ...lost].entries()) {
          const { start = 0 } = citations[place] ?? {};
          const before = said.slice(end, start);
          end = citations[place]?.end ?? 0;
          const told = `${place === 0 ? "" : "\n"}${`Shout: ${value.trim()}`.trimEnd()} `;
          const whole = succeeds ? before === told : before.includes(value.replaceAll(/\s+/g, " ").trim());
          expect(whole, `t${index}: ${JSON.stringify(before)}`).toBe(true);
        }
        expect(end).toBe(said.length);
      }),
      { numRuns: 300 },
    );
  });
});
