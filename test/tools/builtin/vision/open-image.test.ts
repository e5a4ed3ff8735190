/** What a sceptic would doubt: every odd kind of file that a request may bring. */
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { openImage } from "../../../../tools/builtin/vision/open-image.ts";
import { inputFile, sample } from "../run-expert.ts";
import { pictureFile } from "./pictures.ts";

const coffee = () => sharp(sample("coffee.png").path);

describe("opening a picture", () => {
  it.each([
    ["grey.png", () => coffee().grayscale().png()],
    ["deep.png", () => coffee().toColourspace("rgb16").png()],
    ["print.jpg", () => coffee().toColourspace("cmyk").jpeg()],
    ["palette.png", () => coffee().png({ palette: true })],
    ["still.gif", () => coffee().gif()],
    ["modern.avif", () => coffee().avif()],
    ["scan.tiff", () => coffee().tiff()],
    ["web.webp", () => coffee().webp()],
  ] as const)("reads %s as 8-bit RGB", async (name, make) => {
    const picture = await openImage(sharp, await pictureFile(name, make()));
    const { info } = await picture.edit().raw().toBuffer({ resolveWithObject: true });
    expect([picture.width, picture.height, info.channels, picture.hasAlpha]).toEqual([600, 400, 3, false]);
  });

  it("keeps transparency", async () => {
    const picture = await openImage(sharp, await pictureFile("clear.png", coffee().ensureAlpha(0.5).png()));
    expect(picture.hasAlpha).toBe(true);
  });

  it("turns a photo upright by its EXIF orientation", async () => {
    const stored = await pictureFile("phone.jpg", coffee().withMetadata({ orientation: 8 }).jpeg());
    const { width, height } = await openImage(sharp, stored);
    expect([width, height]).toEqual([400, 600]);
  });

  it("refuses by its header a picture of 300 megapixels", async () => {
    const huge = {
      create: { width: 20_000, height: 15_000, channels: 3, background: "red" },
      limitInputPixels: false,
    } as const;
    const bomb = await pictureFile("bomb.png", sharp(huge).png());
    await expect(openImage(sharp, bomb)).rejects.toMatchObject({
      code: "bad-input",
      message: "bomb.png has 300 megapixels; at most 50 are read. Send a smaller copy.",
    });
  });

  it.each([
    ["truncated.jpg", async () => (await readFile(sample("rocket.jpg").path)).subarray(0, 60_000)],
    ["truncated.png", async () => (await readFile(sample("coffee.png").path)).subarray(0, 60_000)],
    ["empty.png", async () => await Promise.resolve(new Uint8Array())],
    ["words.png", async () => await Promise.resolve(new TextEncoder().encode("no picture"))],
  ] as const)("says that %s can't be decoded", async (name, bytes) => {
    await expect(openImage(sharp, await pictureFile(name, await bytes()))).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining(`${name} can't be decoded: `) as string,
    });
  });

  it("refuses an SVG, which is a program", async () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    const { path } = await pictureFile("drawing.svg", svg);
    await expect(openImage(sharp, inputFile(path, "drawing.png"))).rejects.toMatchObject({ code: "bad-input" });
  });
});
