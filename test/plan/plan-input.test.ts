/** Is a planner told all that was said and sent, once, and which of it was said last? */
import { describe, expect, it } from "vitest";
import { MAX_PLANNED_NODES, planInputOf, requestAssets } from "../../src/plan/plan-input.ts";
import type { Message, Part } from "../../src/run/request.ts";
import { textNode } from "../dispatch/controller.ts";
import { textTask } from "../fakes/scripted-experts.ts";

const say = (role: Message["role"], ...content: (string | Part)[]): Message => ({
  role,
  content: content.map((part) => (typeof part === "string" ? { type: "text", text: part } : part)),
});
const file = (digit: string, kind: "image" | "audio" | "text", name?: string): Part => {
  return { type: "asset", asset: digit.repeat(64), kind, ...(name === undefined ? {} : { name }) };
};
const inputOf = (...messages: Message[]) => planInputOf({ messages, options: {} }, [textTask]);

describe("the words", () => {
  it("are those of the last user message, and the rest is history", () => {
    const { text, history } = inputOf(
      say("system", "be brief"),
      say("user", "look", file("1", "image"), "at it"),
      say("assistant", "a cup"),
      say("user", "read it", "aloud"),
    );
    expect(text).toBe("read it\naloud");
    expect(history).toEqual([
      { role: "system", text: "be brief" },
      { role: "user", text: "look\nat it" },
      { role: "assistant", text: "a cup" },
    ]);
  });

  it("are none where no user said any", () => {
    expect(inputOf(say("system", "be brief"))).toMatchObject({ text: "", history: [] });
    expect(inputOf()).toMatchObject({ text: "", history: [], assets: [] });
    expect(inputOf(say("user", file("1", "image"))).text).toBe("");
  });
});

describe("the assets", () => {
  it("are counted within their kind, in the order in which they came", () => {
    const messages = [
      say("user", file("1", "image", "a.png"), file("2", "audio")),
      say("assistant", file("3", "image")),
      say("user", "and", file("4", "text", "n.txt")),
    ];
    expect(requestAssets(messages)).toEqual([
      { handle: "image-1", asset: "1".repeat(64), type: "image", name: "a.png" },
      { handle: "audio-1", asset: "2".repeat(64), type: "audio" },
      { handle: "image-2", asset: "3".repeat(64), type: "image" },
      { handle: "text-1", asset: "4".repeat(64), type: "text", name: "n.txt" },
    ]);
    expect(inputOf(...messages).assets).toEqual(requestAssets(messages));
  });

  it("are one where the same was sent twice, under its first name", () => {
    const twice = say("user", file("1", "image", "a.png"), file("1", "image", "b.png"), file("2", "image"));
    expect(requestAssets([twice]).map(({ handle, name }) => [handle, name])).toEqual([
      ["image-1", "a.png"],
      ["image-2", undefined],
    ]);
  });
});

it("what there is to work with is passed on", () => {
  const frozen = [textNode("t1")];
  const input = planInputOf({ messages: [], options: {} }, [textTask], frozen);
  expect(input).toMatchObject({ tasks: [textTask], frozen, maxNodes: MAX_PLANNED_NODES });
});
