/** A sceptic doubts that lines come out whole however the bytes were cut, also within a letter. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { splitLines } from "../../../../tools/providers/mcp/split-lines.ts";

it("gives the same lines however they were cut", () => {
  const line = fc.string({ unit: "binary", minLength: 1 }).filter((text) => !/\n/.test(text) && text.trim() !== "");
  fc.assert(
    fc.property(fc.array(line), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(""));
      const found: string[] = [];
      const take = splitLines(
        10_000,
        (one) => found.push(one.toString("utf8")),
        () => expect.unreachable(),
      );
      for (let at = 0; at < bytes.length;) {
        const length = cuts.next().value;
        take(bytes.subarray(at, at + length));
        at += length;
      }
      expect(found).toEqual(lines.map((one) => Buffer.from(one).toString("utf8")));
    }),
  );
});

it("takes nothing more once a line is too long", () => {
  const found: string[] = [];
  let tooLong = 0;
  const take = splitLines(
    4,
    (one) => found.push(String(one)),
    () => (tooLong += 1),
  );
  for (const piece of ["ok\n", "abc", "de", "f\n", "ok\n"]) take(Buffer.from(piece));
  expect(found).toEqual(["ok"]);
  expect(tooLong).toBe(1);
});
