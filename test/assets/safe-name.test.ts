/** Can a name of an upload reach out of its folder, break a line or a terminal, or lie about its ending? */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { safeName } from "../../src/assets/safe-name.ts";

it.each([
  ["coffee.png", "coffee.png"],
  ["Übung  №1 – 写真.jpeg", "Übung №1 – 写真.jpeg"],
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\me\\photo.jpg", "photo.jpg"],
  ["a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"],
  ["\u001B[31mred\u0000.txt", "[31mred.txt"],
  ["photo\u202Egnp.exe", "photognp.exe"],
  ["👩‍👩‍👧 family.png", "👩‍👩‍👧 family.png"],
  ["", "file"],
  ["..", "file"],
  ["folder/", "file"],
  [" \t ", "file"],
  [".env", ".env"],
])("makes %j to %j", (name, expected) => {
  expect(safeName(name)).toBe(expected);
});

it("keeps 120 characters and the extension of a long name, and splits no character", () => {
  expect(safeName(`${"a".repeat(300)}.jpeg`)).toBe(`${"a".repeat(115)}.jpeg`);
  expect(safeName("🎼".repeat(300))).toBe("🎼".repeat(120));
  expect(safeName(`${"a".repeat(119)}.${"b".repeat(50)}`)).toHaveLength(120);
});

it("gives a harmless name of whatever it is given, and leaves that as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
      const safe = safeName(name);
      expect(safe).not.toMatch(/[/\\\p{Cc}\u202A-\u202E]|^\.*$/u);
      expect(Array.from(safe).length).toBeLessThanOrEqual(120);
      expect(safe.isWellFormed()).toBe(true);
      expect(safeName(safe)).toBe(safe);
    }),
  );
});
