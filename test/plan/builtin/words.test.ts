/** Do the forms of a word meet, and do different words stay apart? */
import { describe, expect, it } from "vitest";
import { singular, splitWords, stem } from "../../../src/plan/builtin/words.ts";

describe("stem", () => {
  it.each([
    "classify classified classification classifying classifier",
    "summary summaries summarize summarised summarization",
    "transcribe transcribed transcript transcription",
    "describe description described",
    "generate generated generation generating",
    "recognise recognize recognition",
    "crop cropped cropping",
    "colour color colors colorize",
    "conversation conversational",
    "photo picture images",
    "people person",
  ])("brings together %s", (family) => {
    expect(new Set(family.split(" ").map(stem)).size).toBe(1);
  });

  it.each(["convert conversation", "sing sign", "image imagine", "translate transcribe", "read red"])(
    "keeps apart %s",
    (strangers) => {
      expect(new Set(strangers.split(" ").map(stem)).size).toBe(2);
    },
  );
});

it("finds the singular", () => {
  const plurals = "faces people cats boxes glasses cities children glass bus".split(" ");
  expect(plurals.map(singular)).toEqual(["face", "person", "cat", "box", "glasse", "city", "child", "glass", "bus"]);
});

it("splits names of any style", () => {
  expect(["Text-to-Speech", "get_weather", "imageCrop", "don't"].map(splitWords)).toEqual([
    ["text", "to", "speech"],
    ["get", "weather"],
    ["image", "crop"],
    ["don't"],
  ]);
});
