/** Are numbers, languages, labels and alternatives read from the words, with the units that people use? */
import { describe, expect, it } from "vitest";
import { readRequest } from "../../../src/plan/builtin/read-request.ts";
import { labelsIn } from "../../../src/plan/builtin/labels.ts";
import { alternativesIn, angleIn, languageIn, sizeIn } from "../../../src/plan/builtin/slots.ts";

const words = (text: string) => readRequest(text, []);

describe("slots", () => {
  it.each([
    ["by 90 degrees", 90],
    ["-12.5°", -12.5],
    ["45 degrees counterclockwise", -45],
    ["upside down", 180],
    ["to the left", -90],
    ["by 30", 30],
    ["by 30 percent", undefined],
    ["around", undefined],
  ])("angle: %s", (text, angle) => {
    expect(angleIn(text)).toBe(angle);
  });

  it.each([
    ["to 200 pixels wide", { width: 200 }],
    ["300x200", { width: 300, height: 200 }],
    ["64 by 48 pixels", { width: 64, height: 48 }],
    ["with a width of 20 and a height of 10", { width: 20, height: 10 }],
    ["100 px high", { height: 100 }],
    ["to 120 px", { width: 120 }],
    ["smaller", {}],
  ])("size: %s", (text, size) => {
    expect(sizeIn(text)).toEqual(size);
  });

  it.each([
    ["translate the German text into French", "French"],
    ["translate the German text", "German"],
    ["translate it", undefined],
  ])("language: %s", (text, language) => {
    expect(languageIn(words(text))).toBe(language);
  });

  it.each([
    ["is it about sports, politics or cooking", ["sports", "politics", "cooking"]],
    ["classify it as spam or not spam", ["spam", "not spam"]],
    ["is it 'very good', 'so so' or 'bad'", ["very good", "so so", "bad"]],
    ["is it about sports", []],
  ])("alternatives: %s", (text, labels) => {
    expect(alternativesIn(words(text))).toEqual(labels);
  });

  it.each([
    ["blur the faces", ["face"]],
    ["blur all red cars and people in the photo of a dog", ["car", "person"]],
    ["blur the objects", []],
    ["blur 'traffic lights'", ["traffic lights"]],
  ])("labels: %s", (text, labels) => {
    expect(labelsIn(words(text), new Set([0]))).toEqual(labels);
  });
});
