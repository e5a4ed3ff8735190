/** What a sceptic would doubt: columns, and that a price stays with its item. */
import { describe, expect, it } from "vitest";
import { readingOrder } from "../../../../tools/builtin/vision/text/reading-order.ts";

const piece = (text: string, xmin: number, ymin: number, width: number, height = 20) => ({
  text,
  box: { xmin, ymin, xmax: xmin + width, ymax: ymin + height },
});
const order = (pieces: ReturnType<typeof piece>[]) =>
  readingOrder(pieces).map((row) => row.map(({ text }) => text).join(" "));

describe("reading order", () => {
  it("goes down, and from left to right within a row", () => {
    expect(order([piece("world", 110, 3, 90), piece("again", 0, 40, 90), piece("hello", 0, 0, 90)])).toEqual([
      "hello world",
      "again",
    ]);
  });

  it("reads one column of prose after the other, under a heading that spans both", () => {
    const pieces = [
      piece("Title over both", 100, 0, 500, 30),
      ...["a1", "a2", "a3"].map((text, i) => piece(text, 0, 60 + i * 30, 300)),
      ...["b1", "b2", "b3"].map((text, i) => piece(text, 380, 62 + i * 30, 300)),
      piece("Footer over both", 100, 200, 500),
    ];
    expect(order(pieces)).toEqual(["Title over both", "a1", "a2", "a3", "b1", "b2", "b3", "Footer over both"]);
  });

  it("keeps the rows of a receipt together", () => {
    const pieces = ["Coffee", "Cake", "Total"].flatMap((item, i) => [
      piece(item, 0, i * 30, 150),
      piece(`${i}.50`, 400, i * 30 + 2, 50),
    ]);
    expect(order(pieces)).toEqual(["Coffee 0.50", "Cake 1.50", "Total 2.50"]);
  });

  it("gives back every piece once", () => {
    const pieces = Array.from({ length: 60 }, (_, i) => piece(String(i), (i * 137) % 900, (i * 89) % 700, 40 + i));
    expect(
      readingOrder(pieces)
        .flat()
        .map(({ text }) => text)
        .toSorted(),
    ).toEqual(pieces.map(({ text }) => text).toSorted());
    expect(readingOrder([])).toEqual([]);
  });
});
