/** What a sceptic would doubt: that only what should change changes, and that a blurred thing can't be made out. */
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Detection } from "../../../../src/run/value.ts";
import { imageAnnotateExpert } from "../../../../tools/builtin/image-annotate.ts";
import { imageBlurExpert } from "../../../../tools/builtin/image-blur.ts";
import { imageCropExpert } from "../../../../tools/builtin/image-crop.ts";
import { imageGrayscaleExpert } from "../../../../tools/builtin/image-grayscale.ts";
import { imageResizeExpert } from "../../../../tools/builtin/image-resize.ts";
import { imageRotateExpert } from "../../../../tools/builtin/image-rotate.ts";
import { opticalCharacterRecognitionExpert } from "../../../../tools/builtin/optical-character-recognition.ts";
import type { Expert, OutputFile } from "../../../../tools/define-expert.ts";
import { runExpert, sample } from "../run-expert.ts";
import { pictureFile, pixelsOf, variation } from "./pictures.ts";

const edit = async (expert: Expert, inputs: Record<string, unknown>) =>
  (await runExpert<{ image: OutputFile }>(expert, inputs)).image;

const size = async (inputs: { width?: number; height?: number }) => {
  const file = await edit(imageResizeExpert, { image: coffee, ...inputs });
  const { width, height } = await sharp(file.path).metadata();
  return [width, height, file.name];
};

const found = (
  label: string,
  score: number,
  [xmin, ymin, xmax, ymax]: [number, number, number, number],
): Detection => ({
  label,
  score,
  box: { xmin, ymin, xmax, ymax },
});
const cup = found("cup", 0.8, [160, 10, 420, 310]);
const spoon = found("spoon", 0.6, [320, 65, 425, 325]);
const coffee = sample("coffee.png");

describe("crop", () => {
  it("cuts around the thing that is named, with a little room", async () => {
    const image = await edit(imageCropExpert, { image: coffee, boxes: [spoon, cup], label: "the mug" });
    expect(image).toMatchObject({ name: "coffee-cropped.png", mediaType: "image/png" });
    const { width, height, at } = await pixelsOf(image);
    expect([width, height]).toEqual([260 + 2 * 12, 310 + 12]);
    const source = await pixelsOf(coffee);
    expect(at(50, 60)).toEqual(source.at(50 + 148, 60));
  });

  it("takes the surest of several, and all of them where none is named", async () => {
    const weaker = found("cup", 0.5, [0, 0, 50, 50]);
    const one = await pixelsOf(await edit(imageCropExpert, { image: coffee, boxes: [weaker, cup], label: "cup" }));
    const all = await pixelsOf(await edit(imageCropExpert, { image: coffee, boxes: [weaker, cup] }));
    expect(one.width).toBe(284);
    expect(all.width).toBe(Math.ceil(420 * 1.04));
  });

  it("says what there was where the named thing was not found", async () => {
    await expect(edit(imageCropExpert, { image: coffee, boxes: [cup, spoon], label: "dog" })).rejects.toMatchObject({
      code: "bad-input",
      message: "No dog was found in coffee.png; what was found: 1 cup, 1 spoon.",
    });
    await expect(edit(imageCropExpert, { image: coffee, boxes: [] })).rejects.toMatchObject({ code: "bad-input" });
  });
});

describe("blur", () => {
  it("flattens the thing and leaves every other pixel as it was", async () => {
    const image = await edit(imageBlurExpert, {
      image: coffee,
      boxes: [cup, found("fork", 0.9, [0, 0, 99, 99])],
      label: "cups",
    });
    const inner = { left: 200, top: 60, width: 180, height: 200 };
    expect(await variation(image, inner)).toBeLessThan((await variation(coffee, inner)) / 2);
    const [before, after] = [await pixelsOf(coffee), await pixelsOf(image)];
    expect(after.channels).toBe(3);
    const outside = [...Array(before.width * before.height).keys()]
      .map((index) => [index % before.width, Math.floor(index / before.width)] as const)
      .filter(([x, y]) => x < 150 || x > 430 || y > 321);
    expect(outside.length).toBeGreaterThan(100_000);
    expect(outside.filter(([x, y]) => String(before.at(x, y)) !== String(after.at(x, y)))).toEqual([]);
  });

  it("makes every line of a note unreadable", async () => {
    const note = sample("note.png");
    const { boxes } = await runExpert(opticalCharacterRecognitionExpert, { image: note });
    const image = await edit(imageBlurExpert, { image: note, boxes });
    expect(await runExpert(opticalCharacterRecognitionExpert, { image })).toEqual({ text: "", boxes: [] });
  });

  it("blurs faces in a round shape", async () => {
    const astronaut = sample("astronaut.png");
    const image = await edit(imageBlurExpert, {
      image: astronaut,
      boxes: [found("face", 0.9, [150, 50, 300, 200])],
      label: "face",
    });
    const [before, after] = [await pixelsOf(astronaut), await pixelsOf(image)];
    expect(after.at(225, 125)).not.toEqual(before.at(225, 125));
    // A corner of the widened box lies outside the ellipse.
    expect(after.at(134, 34)).toEqual(before.at(134, 34));
  });
});

describe("annotate", () => {
  it("draws frames and labels, one colour per class, and changes nothing inside them", async () => {
    const second = found("cup", 0.7, [10, 250, 90, 390]);
    const image = await edit(imageAnnotateExpert, {
      image: coffee,
      boxes: [cup, second, found("spoon", 0.6, [450, 100, 580, 380])],
    });
    expect(image.name).toBe("coffee-annotated.png");
    const [before, after] = [await pixelsOf(coffee), await pixelsOf(image)];
    expect([after.width, after.height]).toEqual([600, 400]);
    expect(after.at(300, 200)).toEqual(before.at(300, 200));
    const [frame, sameClass, otherClass] = [after.at(161, 160), after.at(11, 320), after.at(451, 300)];
    expect(sameClass).toEqual(frame);
    expect(otherClass).not.toEqual(frame);
  });

  it("takes labels as text, never as markup", async () => {
    const nasty = found('</svg><image href="/etc/passwd"/>&\u0000 "猫"', 0.5, [50, 50, 300, 300]);
    const { width } = await pixelsOf(await edit(imageAnnotateExpert, { image: coffee, boxes: [nasty] }));
    expect(width).toBe(600);
  });

  it("copes with no boxes and with boxes outside the picture", async () => {
    const plain = await edit(imageAnnotateExpert, { image: coffee, boxes: [] });
    const outside = await edit(imageAnnotateExpert, { image: coffee, boxes: [found("cup", 1, [900, 900, 950, 950])] });
    expect(await readFile(plain.path)).toEqual(await readFile(outside.path));
  });
});

describe("grayscale", () => {
  it("makes all channels equal and keeps a JPEG a JPEG", async () => {
    const image = await edit(imageGrayscaleExpert, { image: sample("rocket.jpg") });
    expect(image).toMatchObject({ name: "rocket-grayscale.jpg", mediaType: "image/jpeg" });
    const { channels } = await sharp(image.path).toColourspace("srgb").stats();
    expect(new Set(channels.map(({ mean }) => mean)).size).toBe(1);
    const { width, height } = await sharp(image.path).metadata();
    expect([width, height]).toEqual([640, 427]);
  });
});

describe("resize", () => {
  it("keeps the proportions where one side is given", async () => {
    expect(await size({ width: 300 })).toEqual([300, 200, "coffee-300x200.png"]);
    expect(await size({ height: 800 })).toEqual([1200, 800, "coffee-1200x800.png"]);
    expect(await size({ width: 50, height: 50 })).toEqual([50, 50, "coffee-50x50.png"]);
  });

  it("asks for a side, and refuses sizes that make no sense", async () => {
    await expect(size({})).rejects.toMatchObject({ code: "bad-input" });
    await expect(size({ width: 0 })).rejects.toMatchObject({ code: "bad-input" });
    await expect(size({ width: Number.NaN })).rejects.toMatchObject({ code: "bad-input" });
    await expect(size({ width: 10_000 })).rejects.toThrow(/too large/);
    await expect(size({ width: 10_001 })).rejects.toThrow(/1 to 10000/);
  });
});

describe("rotate", () => {
  it("turns a quarter clockwise if no angle is said", async () => {
    const [before, after] = [await pixelsOf(coffee), await pixelsOf(await edit(imageRotateExpert, { image: coffee }))];
    expect([after.width, after.height, after.channels]).toEqual([400, 600, 3]);
    expect(after.at(399 - 30, 100)).toEqual(before.at(100, 30));
  });

  it("takes any angle, also a negative one, and leaves the corners clear", async () => {
    const left = await pixelsOf(await edit(imageRotateExpert, { image: coffee, angle: -90 }));
    expect([left.width, left.height]).toEqual([400, 600]);
    const tilted = await pixelsOf(await edit(imageRotateExpert, { image: coffee, angle: 30 }));
    expect(tilted.at(2, 2)[3]).toBe(0);
    expect(tilted.at(tilted.width / 2, tilted.height / 2)[3]).toBe(255);
    const jpeg = await pixelsOf(await edit(imageRotateExpert, { image: sample("rocket.jpg"), angle: 30 }));
    expect(Math.min(...jpeg.at(2, 2))).toBeGreaterThan(250);
  });
});

describe("every operation", () => {
  it("refuses a truncated picture as the input's fault", async () => {
    const bytes = await readFile(coffee.path);
    const image = await pictureFile("half.png", bytes.subarray(0, bytes.length / 2));
    const operations = [
      imageCropExpert,
      imageBlurExpert,
      imageAnnotateExpert,
      imageGrayscaleExpert,
      imageResizeExpert,
      imageRotateExpert,
    ];
    for (const expert of operations) {
      // oxlint-disable-next-line no-await-in-loop -- the first that fails is told
      await expect(edit(expert, { image, boxes: [cup], width: 10 })).rejects.toMatchObject({
        code: "bad-input",
        message: expect.stringContaining("half.png can't be decoded") as string,
      });
    }
  });
});
