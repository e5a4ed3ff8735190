/** What a sceptic would doubt: colour names, and sentences for what the sample photos don't show. */
import { describe, expect, it } from "vitest";
import type { Detection } from "../../../../src/run/value.ts";
import { nameColour, summariseColours, toLab } from "../../../../tools/builtin/vision/colours.ts";
import { composeCaption, type Seen } from "../../../../tools/builtin/vision/compose-caption.ts";

const thing = (label: string, xmin: number, ymin: number, width: number, height: number): Detection => ({
  label,
  score: 0.6,
  box: { xmin, ymin, xmax: xmin + width, ymax: ymin + height },
});
const seen = (parts: Partial<Seen>): string =>
  composeCaption({
    size: { width: 1000, height: 500 },
    objects: [],
    faces: 0,
    colours: { main: ["green"], meanLightness: 50, monochrome: false },
    text: "",
    ...parts,
  });

describe("colour names", () => {
  it.each([
    ["red", [255, 0, 0]],
    ["green", [0, 128, 0]],
    ["blue", [0, 0, 255]],
    ["blue", [135, 206, 235]],
    ["yellow", [255, 220, 0]],
    ["orange", [255, 140, 0]],
    ["brown", [101, 67, 33]],
    ["pink", [255, 192, 203]],
    ["purple", [128, 0, 128]],
    ["black", [5, 5, 5]],
    ["white", [250, 250, 250]],
    ["grey", [128, 128, 128]],
  ] as const)("%s", (name, colour) => {
    expect(nameColour(colour)).toBe(name);
  });

  it("measures in CIELAB", () => {
    // Published values for sRGB red under D65.
    const [lightness, a, b] = toLab([255, 0, 0]);
    expect([lightness, a, b].map((value) => Math.round(value))).toEqual([53, 80, 67]);
  });

  it("calls a picture black and white only if it is", () => {
    const grey = Uint8Array.from({ length: 3000 }, (_, i) => Math.floor(i / 12));
    expect(summariseColours(grey).monochrome).toBe(true);
    const stamped = Uint8Array.from(grey);
    for (let pixel = 0; pixel < 10; pixel++) stamped.set([200, 30, 30], pixel * 3);
    expect(summariseColours(stamped).monochrome).toBe(false);
  });
});

describe("captions", () => {
  it("counts, and owns up to missing some of many", () => {
    const cups = [0, 1, 2].map((i) => thing("cup", i * 100, 0, 50, 50));
    expect(seen({ objects: [...cups, thing("dining table", 0, 0, 900, 400)] })).toBe(
      "A dining table and three cups, in mostly green tones.",
    );
    const people = Array.from({ length: 6 }, (_, i) => thing("person", i * 100, 0, 50, 200));
    expect(seen({ objects: people, faces: 7 })).toBe(
      "At least seven people, seven faces visible, in mostly green tones.",
    );
  });

  it("says where one thing is, and that it is small", () => {
    expect(seen({ objects: [thing("umbrella", 900, 10, 50, 50)] })).toBe(
      "A small umbrella on the right of the picture, in mostly green tones.",
    );
    expect(seen({ objects: [thing("dog", 10, 10, 300, 300)] })).toMatch(/^A dog on the left of the picture/);
  });

  it("quotes text beside things, with its own quotation marks tamed", () => {
    expect(seen({ objects: [thing("bus", 100, 100, 700, 300)], text: 'LINE "7"' })).toBe(
      "A bus in the middle of the picture, in mostly green tones, with the text “LINE '7'”.",
    );
  });

  it("gives a whole text where it is short", () => {
    expect(seen({ text: "EXIT" })).toBe("A picture of a text that reads “EXIT”, in mostly green tones.");
  });

  it("mentions no face without a person", () => {
    expect(seen({ objects: [thing("cat", 0, 0, 900, 480)], faces: 1 })).toBe(
      "A close-up of a cat, in mostly green tones.",
    );
  });

  it("says that it saw nothing rather than guess", () => {
    expect(seen({ colours: { main: [], meanLightness: 12, monochrome: true } })).toBe(
      "A dark picture in black and white, with nothing in it that was recognised for certain.",
    );
  });
});
