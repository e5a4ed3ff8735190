/** Is an answer in words read as what it says, and one that says nothing refused rather than guessed at? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TuttiError } from "../../../src/errors.ts";
import { readBoxes, type BoxScale } from "../../../tools/vlm/answers/read-boxes.ts";
import { readLabel } from "../../../tools/vlm/answers/read-label.ts";
import { readYesNo } from "../../../tools/vlm/answers/read-yes-no.ts";
import { foundWords } from "../../../tools/vlm/found-words.ts";

describe("yes or no", () => {
  it.each([
    ["yes", true],
    ["Yes, there is a dog.", true],
    ["**No**", false],
    ["Answer: no.", false],
    ["Assistant: Yes", true],
    ["Not visible.", false],
    ["Oui, sí", true],
  ])("%j", (answer, said) => {
    expect(readYesNo(answer)).toBe(said);
  });

  it.each(["", "There is a dog.", "none", "Yesterday it was.", "Nobody knows."])("is not said by %j", (answer) => {
    expect(() => readYesNo(answer)).toThrow(/to answer yes or no/);
  });
});

describe("a label", () => {
  const labels = ["dog", "hot dog", "cat"];

  it.each([
    ["dog", "dog"],
    ["Hot dog.", "hot dog"],
    ["It is a HOT-DOG!", "hot dog"],
    ["The image shows a cat on a sofa.", "cat"],
  ])("is chosen by %j", (answer, label) => {
    expect(readLabel(answer, labels)).toBe(label);
  });

  it.each([
    ["a horse", /names none of them/],
    ["a cat or a dog", /names 2 of them/],
    ["concatenation", /names none/],
    ["", /names none/],
  ])("is not chosen by %j", (answer, fault) => {
    expect(() => readLabel(answer, labels)).toThrow(fault);
  });

  it("of any list is found where it is all that is said", () => {
    const label = fc.stringMatching(/^[a-zäé]{1,8}( [a-z]{1,5})?$/);
    fc.assert(
      fc.property(fc.uniqueArray(label, { minLength: 2, maxLength: 6 }), fc.nat(), (list, pick) => {
        const wanted = list[pick % list.length] ?? "";
        expect(readLabel(`  "${wanted.toUpperCase()}". `, list)).toBe(wanted);
      }),
    );
  });
});

describe("boxes", () => {
  const scale: BoxScale = {
    unit: "thousandths",
    sent: { width: 100, height: 50 },
    original: { width: 400, height: 200 },
  };
  const box = { xmin: 40, ymin: 40, xmax: 200, ymax: 100 };

  it.each([
    ["JSON", '[{"label": "dog", "box": [100, 200, 500, 500]}]'],
    ["fenced JSON", 'Here:\n```json\n[{"label": "dog", "bbox": [100, 200, 500, 500]}]\n```'],
    ["JSON with words around", 'I see {"label": "dog", "bbox_2d": [100, 200, 500, 500]} there.'],
    ["JSON that was cut off", '[{"label": "dog", "box": [100, 200, 500, 500]}, {"label": "ca'],
    ["top first", '[{"box_2d": [200, 100, 500, 500], "label": "dog"}]'],
    ["Qwen2-VL", "<|object_ref_start|>dog<|object_ref_end|><|box_start|>(100,200),(500,500)<|box_end|>"],
    ["Florence-2", "dog<loc_100><loc_200><loc_500><loc_500>"],
    ["corners the wrong way round", '[{"label": "dog", "box": [500, 500, 100, 200]}]'],
  ])("are read from %s, in pixels of the original", (_, answer) => {
    expect(readBoxes(answer, scale)).toEqual([{ label: "dog", score: 1, box }]);
  });

  it("are read from PaliGemma's places, of 1024", () => {
    expect(
      readBoxes("<loc0256><loc0512><loc0512><loc1024> cat ; <loc0000><loc0000><loc0512><loc0512> dog", scale),
    ).toEqual([
      { label: "cat", score: 1, box: { xmin: 200, ymin: 50, xmax: 400, ymax: 100 } },
      { label: "dog", score: 1, box: { xmin: 0, ymin: 0, xmax: 200, ymax: 100 } },
    ]);
  });

  it("may be in pixels of the picture that was sent", () => {
    const answer = '[{"label": "dog", "box": [10, 10, 50, 25]}]';
    expect(readBoxes(answer, { ...scale, unit: "pixels" })).toEqual([{ label: "dog", score: 1, box }]);
  });

  it.each(["[]", "None.", "nothing", "No dog can be seen.", "```json\n[]\n```"])("are none in %j", (answer) => {
    expect(readBoxes(answer, scale)).toEqual([]);
  });

  it("are demanded", () => {
    expect(() => readBoxes("The dog is on the left.", scale)).toThrow(
      /was to answer with boxes, and answered "The dog/,
    );
  });

  it("lie in the picture, whatever the model writes", () => {
    const number = fc.oneof(fc.integer({ min: -2000, max: 3000 }), fc.double({ noNaN: true, min: -1e9, max: 1e9 }));
    const entry = fc.record({ label: fc.string(), box: fc.tuple(number, number, number, number) });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
        for (const { box: one } of readBoxes(JSON.stringify(entries), scale)) {
          expect(one.xmin).toBeGreaterThanOrEqual(0);
          expect(one.xmax).toBeLessThanOrEqual(400);
          expect(one.ymax).toBeLessThanOrEqual(200);
          expect(one.xmax).toBeGreaterThan(one.xmin);
          expect(one.ymax).toBeGreaterThan(one.ymin);
        }
      }),
    );
  });

  it("are refused with a message, never with a crash", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (answer) => {
        try {
          readBoxes(answer, scale);
        } catch (error) {
          expect(error).toBeInstanceOf(TuttiError);
        }
      }),
    );
  });

  it("are told in words", () => {
    const thing = (label: string) => ({ label, score: 1, box });
    expect(foundWords([thing("dog"), thing("box"), thing("dog")], ["Dog", "cat"])).toBe("2 dogs, 1 box, no cat");
    expect(foundWords([])).toBe("nothing");
  });
});
