/** Is a request split where one wish ends and the next begins, and nowhere else? */
import { describe, expect, it } from "vitest";
import { readRequest } from "../../../src/plan/builtin/read-request.ts";
import { segment } from "../../../src/plan/builtin/segment.ts";
import { textOf } from "../../../src/plan/builtin/slots.ts";

function clausesOf(text: string): string[] {
  const clauses = segment(readRequest(text, []), text, new Set());
  return clauses.map(({ words, kind, branch }) => `${branch ?? kind}: ${textOf(words)}`);
}

describe("segment", () => {
  it.each<[string, ...string[]]>([
    ["Crop it, rotate it and then describe it.", "request: Crop it", "request: rotate it", "request: describe it"],
    ["Find the cats and dogs in black and white photos", "request: Find the cats and dogs in black and white photos"],
    ["rotate and resize the photo", "request: rotate the photo", "request: resize the photo"],
    ["I have a photo, and I'd like you to blur it", "context: I have a photo", "request: blur it"],
    ["I made changes I want to keep. Describe it.", "context: I made changes I want to keep", "request: Describe it"],
    ["Can you tell me what it is?", "request: tell me what it is"],
    ["What is it, and how many are there?", "question: What is it", "question: how many are there"],
    ["1. Describe it 2. Blur it", "request: Describe it", "request: Blur it"],
    ["Make a film by joining the photos", "request: joining the photos", "request: Make a film"],
    ["Before describing it, crop it", "request: crop it", "request: describing it"],
    ["After describing it, crop it", "recall: describing it", "request: crop it"],
    ["Based on the note, write a poem", "request: write a poem Based on the note"],
    [
      "If there is a dog, blur it, otherwise describe it",
      "if: If there is a dog",
      "request: blur it",
      "else: otherwise describe it",
    ],
    ["Blur it if there is a dog", "if: if there is a dog", "request: Blur it"],
    ["Check if there is a dog", "request: Check if there is a dog"],
  ])("%s", (text, ...clauses) => {
    expect(clausesOf(text)).toEqual(clauses);
  });

  it("takes what follows a colon for a text, but not a list of steps", () => {
    const [clause, ...others] = segment(
      readRequest("Sum up this article: It rains. Run!", []),
      "Sum up this article: It rains. Run!",
      new Set(),
    );
    expect(others).toEqual([]);
    expect(clause?.words.at(-1)).toMatchObject({ kind: "quote", content: "It rains. Run!" });
    expect(clausesOf("Please do this: describe it, crop it")).toHaveLength(3);
  });

  it("takes a paragraph that asks for nothing for a text", () => {
    const text = "Summarize the text.\n\nThe river rose in spring and the bridge was closed.";
    expect(segment(readRequest(text, []), text, new Set()).map(({ words }) => words.at(-1)?.kind)).toEqual([
      "word",
      "quote",
    ]);
  });
});
