/** What a sceptic would doubt: every comma; that photos without text stay silent; columns; text on its side. */
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Detection } from "../../../../src/run/value.ts";
import { opticalCharacterRecognitionExpert } from "../../../../tools/builtin/optical-character-recognition.ts";
import type { InputFile } from "../../../../tools/define-expert.ts";
import { runExpert, sample } from "../run-expert.ts";
import { pictureFile } from "./pictures.ts";

const read = async (image: InputFile) =>
  await runExpert<{ text: string; boxes: Detection[] }>(opticalCharacterRecognitionExpert, { image });

const note = [
  "Dear Anna,",
  "thank you for the wonderful weekend in Lisbon!",
  "We loved every minute of it: the sunny harbour,",
  "the music, and your delicious cake.",
  "See you soon, with love, Martin",
];

describe("text recognition", () => {
  it("reads the note letter by letter", async () => {
    const { text, boxes } = await read(sample("note.png"));
    expect(text.split("\n")).toEqual(note);
    expect(boxes.map(({ label }) => label)).toEqual(note);
    expect(boxes.every(({ score }) => score > 0.9)).toBe(true);
  });

  it("says where each line is, in pixels of the picture", async () => {
    const { boxes } = await read(sample("note.png"));
    const [first, second] = boxes.map(({ box }) => box);
    // By hand: "Dear Anna," runs from 102, 94 to 229, 122.
    expect(first!.xmin).toBeCloseTo(102, -1);
    expect(first!.xmax).toBeCloseTo(229, -1);
    expect((first!.ymin + first!.ymax) / 2).toBeCloseTo(108, -1);
    expect(second!.ymin).toBeGreaterThan(first!.ymin + 30);
  });

  it("reads a note that is a fifth of a larger picture, at the place where it lies", async () => {
    const small = await sharp(sample("note.png").path).resize(640).toBuffer();
    const desk = sharp({ create: { width: 2000, height: 1500, channels: 3, background: "#5c4636" } });
    const { text, boxes } = await read(
      await pictureFile("desk.jpg", desk.composite([{ input: small, left: 900, top: 800 }]).jpeg({ quality: 92 })),
    );
    expect(text.split("\n")).toEqual(note);
    expect(boxes.every(({ box }) => box.xmin >= 900 && box.xmax <= 1540 && box.ymin >= 800)).toBe(true);
  });

  it("reads a tilted, badly compressed photo of it, spaces included", async () => {
    const photo = sharp(sample("note.png").path).rotate(5, { background: "#777777" }).blur(0.6).jpeg({ quality: 50 });
    const { text } = await read(await pictureFile("photo.jpg", photo));
    expect(text.split("\n")).toEqual(note);
  });

  it("reads text that runs down the picture", async () => {
    const turned = sharp(sample("note.png").path).rotate(90).png();
    const { boxes } = await read(await pictureFile("turned.png", turned));
    expect(boxes.map(({ label }) => label)).toContain(note[1]);
  });

  it.each(["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"])("invents no text in %s", async (name) => {
    expect(await read(sample(name))).toEqual({ text: "", boxes: [] });
  });

  it("refuses what is no picture", async () => {
    const file = await pictureFile("note.txt.png", new TextEncoder().encode("Dear Anna"));
    await expect(read(file)).rejects.toMatchObject({ code: "bad-input" });
  });
});
