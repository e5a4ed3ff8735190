/** What a sceptic would doubt: people's words for things. */
import { describe, expect, it } from "vitest";
import { plural, singularCandidates } from "../../../../tools/builtin/vision/nouns.ts";
import { knownClasses } from "../../../../tools/builtin/vision/coco-classes.ts";
import { labelMatcher, readWantedLabels } from "../../../../tools/builtin/vision/wanted-labels.ts";

describe("wanted labels", () => {
  it.each([
    ["people", ["person"]],
    ["the two men and all women", ["person"]],
    ["Faces, bikes", ["face", "bicycle"]],
    ["wine glasses; knives", ["wine glass", "knife"]],
    ["buses or a lorry", ["bus", "truck"]],
    ["an orange cat", ["cat"]],
    ["orange", ["orange"]],
    ["hot dogs", ["hot dog"]],
    ["coffee mug", ["cup"]],
    ["pets", ["cat", "dog"]],
    ["mice", ["mouse"]],
    ["traffic lights", ["traffic light"]],
  ])("%s", (words, classes) => {
    expect([...(readWantedLabels(words).classes ?? [])]).toEqual(classes);
    expect(readWantedLabels(words).unknown).toEqual([]);
  });

  it.each(["", "all objects", "everything", "the things in the picture", undefined])("%s means all", (words) => {
    expect(readWantedLabels(words)).toEqual({ classes: undefined, asked: [], unknown: [] });
  });

  it("keeps what it can't know apart", () => {
    expect(readWantedLabels("unicorns, dog, licence plate")).toMatchObject({
      classes: new Set(["dog"]),
      unknown: ["unicorns", "licence plate"],
    });
  });

  it("matches labels that are no class by their wording: text that was read, or another detector's label", () => {
    expect(labelMatcher("stop signs")("stop sign")).toBe(true);
    expect(labelMatcher("Exit")("EXIT")).toBe(true);
    expect(labelMatcher("unicorns")("Unicorn")).toBe(true);
    expect(labelMatcher("dog")("hot dog")).toBe(false);
    expect(labelMatcher("unicorn")("cat")).toBe(false);
  });

  it("understands its own plurals", () => {
    for (const label of knownClasses) expect(readWantedLabels(plural(label)).classes).toEqual(new Set([label]));
    expect(singularCandidates(plural("wine glass"))).toContain("wine glass");
  });
});
