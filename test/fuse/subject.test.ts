/** Is what a step worked on named as a person would, whatever the plan looks like, and in bounded time? */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, quote, subjectOf, subjectOfNode } from "../../src/fuse/subject.ts";
import type { Binding } from "../../src/run/plan-node.ts";
import { drive, from, text, texts, type PlannedNode, type RunDriver } from "../run/drive-run.ts";
import { findTask, other, photo, photos } from "./tasks.ts";

function runOf(...nodes: PlannedNode[]): RunDriver {
  return drive({ messages: [photos] })
    .plan(...nodes)
    .closePlan();
}

const subject = (run: RunDriver, binding: Binding | undefined): string => subjectOf(run.state, findTask, binding);

const caption: PlannedNode = { id: "t1", task: "caption", inputs: { image: { asset: photo } } };
const split: PlannedNode = { id: "t2", task: "split", inputs: { text: from("t1", "text") } };
const shouts: PlannedNode = {
  id: "t3",
  task: "shout",
  inputs: { text: { item: true } },
  each: { over: from("t2", "words") },
  outputTypes: { text: "text" },
};

describe("the subject", () => {
  it.each<[string, Binding | undefined, string]>([
    ["nothing", undefined, "nothing"],
    ["a text", { value: text(" so\n be it ") }, "“so be it”"],
    ["a number", { value: { type: "number", value: 90 } }, "90"],
    ["boxes", { value: { type: "boxes", value: [] } }, "the given boxes"],
    ["a file of the request", { asset: photo }, "coffee.png"],
    ["a file without a name", { asset: other }, "the image"],
    ["a file that is not there", { asset: "f".repeat(64) }, "the file"],
    ["a template", { template: ["<", from("t1", "text")] }, "a text made of other results"],
    ["an output", from("t1", "text"), "the description of coffee.png"],
    ["one of several", { ...from("t2", "words"), index: 2 }, "the word 3 of the description of coffee.png"],
    ["a step that is not there", from("t9", "text"), "t9.text"],
    ["a name that every object has", from("t1", "constructor"), "the constructor of coffee.png"],
    ["a few", { list: [{ asset: photo }, from("t1", "text")] }, "coffee.png, the description of coffee.png"],
    [
      "many",
      { list: Array.from({ length: 9 }, () => ({ asset: photo })) },
      "coffee.png, coffee.png, coffee.png, 6 more",
    ],
    ["none", { list: [] }, "an empty list"],
  ])("is told for %s", (_what, binding, said) => {
    expect(subject(runOf(caption, split), binding)).toBe(said);
  });

  it("is a made file's own name, also inside a list", () => {
    const made = (name: string) => ({ type: "image", asset: photo, name }) as const;
    const crop: PlannedNode = { id: "t5", task: "crop", inputs: { image: { asset: photo } } };
    const all = { type: "list", of: "image", items: [made("a.png"), made("b.png")] } as const;
    const run = runOf(crop).run("t5", { image: made("crop.png"), all });
    expect(subject(run, from("t5", "image"))).toBe("crop.png");
    expect(subject(run, { ...from("t5", "all"), index: 1 })).toBe("b.png");
  });

  it("of an item is what it was made of, and of all of them what they were mapped over", () => {
    const run = runOf(caption, split, shouts)
      .run("t1", { text: text("a cup") })
      .run("t2", { words: texts("a", "cup") });
    expect(subject(run, run.node("t3__1").spec.inputs["text"])).toBe("the word 2 of the description of coffee.png");
    expect(subject(run, { ...from("t3", "text"), index: 1 })).toBe(
      "the text of the word 2 of the description of coffee.png",
    );
    expect(subject(run, from("t3", "text"))).toBe("every text of the word of the description of coffee.png");
    expect(subjectOfNode(run.state, findTask, run.node("t3"))).toBe("the word of the description of coffee.png");
    expect(subjectOfNode(run.state, findTask, run.node("plan"))).toBeUndefined();
  });

  it("goes back a few steps and no further, however the plan is woven", () => {
    const tangle = Array.from({ length: 40 }, (_, index): PlannedNode => {
      const before: Binding = index === 0 ? { asset: photo } : from(`t${index - 1}`, "text");
      return index === 0
        ? { id: "t0", task: "caption", inputs: { image: before } }
        : { id: `t${index}`, task: "join", inputs: { texts: { list: [before, before, before, before] } } };
    });
    const said = subject(runOf(...tangle), from("t39", "text"));
    expect(said.length).toBeLessThan(1000);
    expect(said).toMatch(/^the whole of the whole of /);
  });
});

describe("cutting", () => {
  it("shortens a quotation at a word", () => {
    expect(quote("one two three four", 12)).toBe("“one two …”");
    expect(quote("onetwothreefour", 8)).toBe("“onetwoth …”");
    expect(quote("one two", 12)).toBe("“one two”");
  });

  it("never leaves half a character behind", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), fc.nat(50), (whole, length) => {
        const part = cut(whole, length);
        expect(whole.startsWith(part)).toBe(true);
        expect(part.isWellFormed()).toBe(true);
        expect(part.length).toBeLessThanOrEqual(length);
        expect(part.length).toBeGreaterThanOrEqual(Math.min(whole.length, length) - 1);
      }),
    );
  });
});
