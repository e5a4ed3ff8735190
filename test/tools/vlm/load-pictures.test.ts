/** Do pictures stay within a model's limits, upright, and without being made larger? */
import fc from "fast-check";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, it } from "vitest";
import { loadPictures, shareOut } from "../../../tools/vlm/load-pictures.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-vlm-"));
});

async function picture(name: string, width: number, height: number, orientation?: number) {
  const path = join(folder, `${name}.jpg`);
  const plain = sharp({ create: { width, height, channels: 3, background: "#3060c0" } });
  await (orientation === undefined ? plain : plain.withMetadata({ orientation })).jpeg().toFile(path);
  return { path, mediaType: "image/jpeg", name: `${name}.jpg` };
}
const limits = { pictures: 3, side: 100, pixels: 10_000 };

it("makes large ones smaller and leaves small ones", async () => {
  const files = [await picture("wide", 400, 200), await picture("small", 30, 20)];
  const [wide, small] = await loadPictures(files, limits);
  expect(wide).toMatchObject({ width: 100, height: 50, original: { width: 400, height: 200 } });
  expect(wide?.rgb).toHaveLength(100 * 50 * 3);
  expect(small).toMatchObject({ width: 30, height: 20, original: { width: 30, height: 20 } });
});

it("shares the pixels of a request among its pictures", async () => {
  const files = [await picture("a", 300, 300), await picture("b", 300, 300), await picture("c", 10, 10)];
  const loaded = await loadPictures(files, limits);
  const pixels = loaded.map(({ width, height }) => width * height);
  expect(pixels.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(10_000);
  expect(pixels[0]).toBe(pixels[1]);
  expect(pixels[0]).toBeGreaterThan(4700);
  expect(pixels[2]).toBe(100);
});

it("turns them upright", async () => {
  const [turned] = await loadPictures([await picture("turned", 80, 40, 6)], limits);
  expect(turned).toMatchObject({ width: 40, height: 80, original: { width: 40, height: 80 } });
});

it("puts what is transparent on white", async () => {
  const path = join(folder, "clear.png");
  await sharp({ create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .png()
    .toFile(path);
  const [clear] = await loadPictures([{ path, mediaType: "image/png", name: "clear.png" }], limits);
  expect([...(clear?.rgb ?? [])].every((value) => value === 255)).toBe(true);
});

it("takes grey ones as they are seen", async () => {
  const path = join(folder, "grey.png");
  await sharp({ create: { width: 4, height: 4, channels: 3, background: "#808080" } })
    .toColourspace("b-w")
    .png()
    .toFile(path);
  const [grey] = await loadPictures([{ path, mediaType: "image/png", name: "grey.png" }], limits);
  expect([...(grey?.rgb ?? [])].slice(0, 3)).toEqual([128, 128, 128]);
});

it("refuses more than the model takes", async () => {
  const one = await picture("many", 10, 10);
  await expect(loadPictures([one, one, one, one], limits)).rejects.toMatchObject({
    code: "bad-input",
    message: "These are 4 pictures; this model takes at most 3 at once.",
  });
});

it("shares out no more than there is, and nobody gets more than asked for or less than an even share", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 3000 }),
      (wanted, total) => {
        const shares = shareOut(wanted, total);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(total + 1e-6);
        for (const [at, share] of shares.entries()) {
          expect(share).toBeLessThanOrEqual(wanted[at] ?? 0);
          expect(share).toBeGreaterThanOrEqual(Math.min(wanted[at] ?? 0, total / wanted.length) - 1e-9);
        }
      },
    ),
  );
});
