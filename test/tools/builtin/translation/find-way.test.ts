/** Are pairs read as the command lists them, languages as people name them, and ways found over a third language? */
import { describe, expect, it } from "vitest";
import { readPairs } from "../../../../tools/builtin/translation/apertium.ts";
import { findWay } from "../../../../tools/builtin/translation/find-way.ts";
import { readLanguage } from "../../../../tools/builtin/translation/read-language.ts";

const pairs = readPairs(
  "  eng-spa\n  spa-eng_US\n  spa-eng\n  fra-cat_pre2017\n  fra-cat\n  spa-cat\n  cat-eng\n  nno-nob\n  weird\n",
);

describe("pairs", () => {
  it("have the shortest codes, and of variants the plain one", () => {
    expect(pairs.map(({ from, to, mode }) => `${from} ${to} ${mode}`)).toEqual([
      "en es eng-spa",
      "es en spa-eng",
      "fr ca fra-cat",
      "es ca spa-cat",
      "ca en cat-eng",
      "nn nb nno-nob",
    ]);
  });

  it.each([
    ["en", "es", ["eng-spa"]],
    ["fr", "en", ["fra-cat", "cat-eng"]],
    ["en", "ca", ["eng-spa", "spa-cat"]],
    ["fr", "es", undefined],
    ["de", "en", undefined],
  ])("lead from %s to %s", (from, to, modes) => {
    expect(findWay(pairs, from, to)?.map(({ mode }) => mode)).toEqual(modes);
  });
});

it.each([
  ["Spanish", "es"],
  [" español ", "es"],
  ["es", "es"],
  ["spa", "es"],
  ["catalan", "ca"],
  ["Norwegian", "nn"],
  ["Klingon", undefined],
  ["xxx", undefined],
])("%s is understood", (named, code) => {
  expect(readLanguage(named, ["es", "ca", "en", "nn"])).toBe(code);
});
