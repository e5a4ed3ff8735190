/**
 * What a sceptic would doubt: that a detector which called this cat a dog, and a launch pad a clock, is now right;
 * that boxes fit the picture as people see it, also when a camera stored it sideways; that a mast is no face.
 */
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Detection } from "../../../../src/run/value.ts";
import { objectDetectionExpert } from "../../../../tools/builtin/object-detection.ts";
import type { InputFile } from "../../../../tools/define-expert.ts";
import { intersectionOverUnion } from "../../../../tools/builtin/vision/geometry.ts";
import { runExpert, sample } from "../run-expert.ts";
import { pictureFile } from "./pictures.ts";

interface Found {
  boxes: Detection[];
  count: number;
  text: string;
}

const detect = async (image: InputFile, labels?: string) =>
  await runExpert<Found>(objectDetectionExpert, { image, ...(labels === undefined ? {} : { labels }) });

describe("object detection", () => {
  it("sees a cat, and no dog, in a cat's face that fills the frame", async () => {
    const { boxes, count, text } = await detect(sample("chelsea.png"));
    expect(boxes.map(({ label }) => label)).toEqual(["cat"]);
    expect(count).toBe(1);
    expect(text).toBe("1 cat");
  });

  it("puts the box where the cup is", async () => {
    const { boxes } = await detect(sample("coffee.png"));
    const cup = boxes.find(({ label }) => label === "cup");
    // The rim, the handle and the foot of the cup, measured by hand.
    expect(intersectionOverUnion(cup!.box, { xmin: 172, ymin: 17, xmax: 412, ymax: 308 })).toBeGreaterThan(0.75);
  });

  it("claims nothing about a rocket, which is none of its classes", async () => {
    expect(await detect(sample("rocket.jpg"))).toEqual({ boxes: [], count: 0, text: "nothing that I know" });
  });

  it("counts people and faces by everyday words, and says what it can't look for", async () => {
    const { boxes, text } = await detect(sample("astronaut.png"), "women, faces, unicorn");
    expect(boxes.map(({ label }) => label).toSorted()).toEqual(["face", "person"]);
    expect(text).toBe("1 face, 1 person; can't look for: unicorn (knows 80 COCO classes and faces)");
    const [face, person] = ["face", "person"].map((label) => boxes.find((box) => box.label === label)!.box);
    expect(face!.xmin).toBeGreaterThan(person!.xmin);
    expect(face!.ymax).toBeLessThan(person!.ymax / 2);
  });

  it("finds no human face in a cat or in a launch pad at night", async () => {
    const [cat, launch] = [await detect(sample("chelsea.png"), "face"), await detect(sample("rocket.jpg"), "faces")];
    expect([cat.text, launch.text]).toEqual(["no face", "no faces"]);
  });

  it("keeps only what was asked for", async () => {
    expect((await detect(sample("chelsea.png"), "dogs")).text).toBe("no dogs");
    expect((await detect(sample("chelsea.png"), "animals")).text).toBe("1 cat");
  });

  it("gives boxes of the upright picture where the camera stored it on its side", async () => {
    const upright = await detect(sample("coffee.png"), "cup");
    const sideways = sharp(sample("coffee.png").path)
      .rotate(-90)
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 95 });
    const turned = await detect(await pictureFile("phone.jpg", sideways), "cup");
    expect(intersectionOverUnion(turned.boxes[0]!.box, upright.boxes[0]!.box)).toBeGreaterThan(0.8);
  });

  it("finds small things in a large picture, each once", async () => {
    const cat = await sharp(sample("chelsea.png").path).resize(300).toBuffer();
    const album = sharp({ create: { width: 1400, height: 1000, channels: 3, background: "#dcd8d0" } }).composite([
      { input: cat, left: 80, top: 90 },
      { input: cat, left: 700, top: 700 },
    ]);
    const { boxes, text } = await detect(await pictureFile("album.png", album.png()));
    expect(text).toBe("2 cats");
    const [left, right] = boxes.map(({ box }) => box).toSorted((a, b) => a.xmin - b.xmin);
    expect(intersectionOverUnion(left!, { xmin: 80, ymin: 90, xmax: 350, ymax: 290 })).toBeGreaterThan(0.8);
    expect(intersectionOverUnion(right!, { xmin: 700, ymin: 700, xmax: 970, ymax: 900 })).toBeGreaterThan(0.8);
  });

  it("gives the same answer twice: nothing of one picture leaks into the next", async () => {
    const first = await detect(sample("coffee.png"));
    await detect(sample("chelsea.png"));
    expect(await detect(sample("coffee.png"))).toEqual(first);
  });

  it("keeps two calls at once apart", async () => {
    const [cat, cup] = await Promise.all([detect(sample("chelsea.png")), detect(sample("coffee.png"))]);
    expect([cat.text, cup.text]).toEqual(["1 cat", "1 cup"]);
  });

  it("refuses a truncated picture as the input's fault", async () => {
    const bytes = await readFile(sample("coffee.png").path);
    const broken = await pictureFile("broken.png", bytes.subarray(0, bytes.length / 2));
    await expect(detect(broken)).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("broken.png can't be decoded") as string,
    });
  });

  it("stops when it is canceled", async () => {
    const image = sample("coffee.png");
    await expect(runExpert(objectDetectionExpert, { image }, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});
