/** Does the second check see what the repairer must never let through? */
import { describe, expect, it } from "vitest";
import { assetsNamedIn, tasksOf } from "../../../src/cli/taskbench.ts";
import { verifyPlan } from "../../../src/plan/repair/verify-plan.ts";
import type { PlanNode } from "../../../src/run/plan-node.ts";
import { tools } from "./fixture.ts";

const text = "Write down what is said in 'talk.mp4'.";
const assets = assetsNamedIn(text);
const [talk] = assets;
const context = {
  tasks: tasksOf(tools),
  assets,
  text,
  mayFollow: (source: string, target: string) => source !== "Narration" || target !== "Dictation",
};

const shorten = (value: string, id = "a"): PlanNode => ({
  id,
  task: "Text Shortening",
  inputs: { text: { value: { type: "text", value } } },
});
const take = (from: string, id: string, task = "Text Shortening"): PlanNode => ({
  id,
  task,
  inputs: { [task === "Dictation" ? "audio" : "text"]: { from, output: task === "Dictation" ? "audio" : "text" } },
});

describe("the second check", () => {
  it("has nothing against a plan that may run", () => {
    const extract: PlanNode = {
      id: "a",
      task: "Sound Track Extraction",
      inputs: { video: { asset: talk?.asset ?? "" } },
    };
    expect(verifyPlan([extract, take("a", "b", "Dictation"), shorten("See talk.mp4.", "c")], context)).toEqual([]);
  });

  it.each([
    ["no node", [], /empty/],
    ["an unknown task", [{ ...shorten("x"), task: "Telepathy" }], /Telepathy is not in the catalogue/],
    [
      "a file that is not the request's",
      [{ ...shorten("x"), inputs: { text: { asset: "f".repeat(64) } } }],
      /uses asset/,
    ],
    ["an invented file as a text", [shorten("Lost.TXT")], /does not speak of "lost\.txt"/],
    ["an invented address as a text", [shorten("https://example.org/x")], /does not speak of "https/],
    ["a circle", [take("b", "a"), take("a", "b")], /wait for each other/],
    ["an order that is a circle", [{ ...shorten("x"), after: ["a"] }], /wait for each other/],
    ["a missing input", [{ ...shorten("x"), inputs: {} }], /is missing/],
    [
      "a link that the tool graph lacks",
      [{ ...shorten("x"), task: "Narration" }, take("a", "b", "Dictation")],
      /no link from Narration to Dictation/,
    ],
  ])("objects to %s", (_, nodes, message) => {
    expect(verifyPlan(nodes, context).join("\n")).toMatch(message);
  });
});
