/** Is a value said so that nobody is misled, and at a length that anybody reads? */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeValue } from "../../src/fuse/describe-value.ts";
import type { Value } from "../../src/run/value.ts";
import { texts } from "../run/drive-run.ts";

const found = (label: string) => ({ label, score: 0.9, box: { xmin: 0, ymin: 0, xmax: 5, ymax: 5 } });
const table = (rows: number): Value => ({
  type: "table",
  value: { columns: ["a", "b"], rows: Array.from({ length: rows }, (_, row) => [`${row}`, "x"]) },
});

describe("a value", () => {
  it.each<[Value, string]>([
    [{ type: "text", value: "  hello \n" }, "hello"],
    [{ type: "boolean", value: true }, "yes"],
    [{ type: "boolean", value: false }, "no"],
    [{ type: "json", value: { a: [1] } }, '{"a":[1]}'],
    [{ type: "json", value: undefined }, "nothing"],
    [{ type: "boxes", value: [found("cup"), found("dog"), found("cup")] }, "2 × cup, 1 × dog"],
    [{ type: "boxes", value: [found("__proto__")] }, "1 × __proto__"],
    [{ type: "boxes", value: [] }, "nothing"],
    [{ type: "labels", value: [{ label: "joy", score: 0.456 }] }, "joy (0.46)"],
    [{ type: "labels", value: [] }, "no class"],
    [table(2), "a | b\n0 | x\n1 | x"],
    [table(7), "a | b\n0 | x\n1 | x\n2 | x\n3 | x\n4 | x\n… 2 more rows"],
    [{ type: "embedding", value: { space: "use", vector: [1, 0] } }, "a vector of 2 numbers in the space use"],
    [texts("a", "b"), "a; b"],
    [texts(), "an empty list"],
    [{ type: "image", asset: "1".repeat(64), name: "a.png" }, "a.png"],
    [{ type: "audio", asset: "1".repeat(64) }, "audio"],
    [{ type: "spilled", of: "text", ref: "1".repeat(64), bytes: 5000 }, "5000 bytes"],
  ])("is said: %j", (value, said) => {
    expect(describeValue(value)).toBe(said);
  });

  it.each([
    [0, "0"],
    [0.12345, "0.123"],
    [-2.5, "-2.5"],
    [0.000123456, "0.000123"],
    [123456.789, "123456.789"],
    [1e306, "1e+306"],
    [90, "90"],
  ])("that is the number %d is said as %s", (value, said) => {
    expect(describeValue({ type: "number", value })).toBe(said);
  });

  it("that is a number is never said as another one", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const said = Number(describeValue({ type: "number", value }));
        expect(Math.abs(said - value)).toBeLessThanOrEqual(Math.max(0.0005, Math.abs(value) * 1e-9));
        expect(said === 0).toBe(value === 0);
      }),
    );
  });

  it("that is long is cut, and says so, without half a character", () => {
    const long = "😀".repeat(5000);
    for (const value of [
      { type: "text", value: `x${long}` } as const,
      texts(long, long),
      { type: "json", value: long } as const,
    ]) {
      const said = describeValue(value);
      expect(said.length).toBeLessThan(2100);
      expect(said).toMatch(/ …$/);
      expect(said.isWellFormed()).toBe(true);
    }
  });
});
