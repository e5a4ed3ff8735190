/** Is what a model is shown small, upright, seen as people see it, and rid of what nobody meant to send? */
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openFolderAssetStore } from "../../src/adapters/folder/asset-store.ts";
import { smallPicture } from "../../src/assets/small-picture.ts";
import type { AssetStore } from "../../src/ports/asset-store.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";
import { putAsset } from "../workers/bench.ts";
import { sampleBytes } from "../e2e/samples.ts";
import { animatedGif, blackPng } from "./make-pictures.ts";

let assets: AssetStore;
let remove: () => Promise<void>;

beforeAll(async () => {
  const temporary = await temporaryFolder();
  ({ remove } = temporary);
  assets = openFolderAssetStore({ folder: temporary.folder });
});

afterAll(async () => {
  await assets.close();
  await remove();
});

const never = new AbortController().signal;

async function shrunk(bytes: Buffer) {
  const { id } = await putAsset(assets, bytes, { type: "image", mediaType: "image/png" });
  const shown = await smallPicture(assets, "default", id, never);
  const { format, width, height, space, exif, hasAlpha } = await sharp(shown.bytes).metadata();
  return { ...shown, format, width, height, space, exif, hasAlpha };
}

const red = (width: number, height: number, alpha = 1) =>
  sharp({ create: { width, height, channels: 4, background: { r: 255, g: 0, b: 0, alpha } } });

it.each([
  ["a photograph", () => sampleBytes("coffee.png"), 512, 341],
  ["an upright one", () => red(900, 1800).png().toBuffer(), 256, 512],
  ["one as narrow as a thread", () => red(3000, 2).png().toBuffer(), 512, 1],
  ["one that is small already", () => red(40, 30).png().toBuffer(), 40, 30],
  ["an animation", () => animatedGif(600, 300, 5), 512, 256],
  ["a large one of a few bytes", () => blackPng(7000, 7000), 512, 512],
  // 6 of EXIF: to be turned by a quarter.
  ["a photograph from the side", () => red(800, 400).withMetadata({ orientation: 6 }).jpeg().toBuffer(), 256, 512],
])("%s is a JPEG of at most 512 pixels a side", async (_, bytes, width, height) => {
  const shown = await shrunk(await bytes());
  expect(shown).toMatchObject({ mediaType: "image/jpeg", format: "jpeg", space: "srgb", width, height });
});

it("leaves out where a photograph was taken", async () => {
  const withPlace = await red(600, 600)
    .withExif({ IFD0: { Artist: "Somebody" }, IFD3: { GPSLatitude: "51/1 30/1 0/1" } })
    .jpeg()
    .toBuffer();
  expect((await sharp(withPlace).metadata()).exif).toBeDefined();
  expect((await shrunk(withPlace)).exif).toBeUndefined();
});

it("shows what is transparent as white, and CMYK in its colours", async () => {
  const clear = await shrunk(await red(8, 8, 0).png().toBuffer());
  expect((await sharp(clear.bytes).stats()).channels.map(({ mean }) => mean > 250)).toEqual([true, true, true]);
  const printed = await shrunk(await red(8, 8).flatten().toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer());
  const [r = 0, g = 255, b = 255] = (await sharp(printed.bytes).stats()).channels.map(({ mean }) => mean);
  expect(r).toBeGreaterThan(200);
  expect(Math.max(g, b)).toBeLessThan(60);
});

it("shows a picture that breaks off as far as it goes", async () => {
  const whole = await red(1200, 800).jpeg().toBuffer();
  expect(await shrunk(whole.subarray(0, whole.length * 0.8))).toMatchObject({ width: 512, height: 341 });
});

it("refuses what is no picture or too large, without a word of where it lies", async () => {
  for (const bytes of [Buffer.from("no picture at all"), blackPng(8000, 8000)]) {
    const { id } = await putAsset(assets, bytes, { type: "image", mediaType: "image/png" });
    await expect(smallPicture(assets, "default", id, never)).rejects.toMatchObject({
      code: "unsupported-media",
      message: "the picture can't be decoded",
    });
  }
});

it("gives nobody another's picture, and stops when it is told to", async () => {
  const { id } = await putAsset(assets, await red(20, 20).png().toBuffer(), { type: "image" });
  await expect(smallPicture(assets, "another", id, never)).rejects.toMatchObject({ code: "unknown-asset" });
  await expect(smallPicture(assets, "default", id, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
});
