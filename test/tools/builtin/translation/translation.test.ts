/** Does a real translation come out, whatever signs the text holds, and is it said where there is none? */
import { expect, it } from "vitest";
import { translationExpert } from "../../../../tools/builtin/translation.ts";
import { installedPairs } from "../../../../tools/builtin/translation/apertium.ts";
import { runExpert } from "../run-expert.ts";

const pairs = await installedPairs().catch(() => []);
const has = pairs.some(({ mode }) => mode === "eng-spa");
const needs = "apertium with apertium-eng-spa is not installed";

const translate = (text: string, language?: string) =>
  runExpert<{ text: string }>(translationExpert, { text, language });

it.skipIf(!has)(`English becomes Spanish (else: ${needs})`, async () => {
  const { text } = await translate("The cat is on the table. How much is the bread?", "Spanish");
  expect(text).toMatch(/gato.*mesa.*pan/);
});

it.skipIf(!has)("another language becomes English where none is named", async () => {
  expect((await translate("El perro duerme en la casa.")).text).toBe("The dog sleeps in the house.");
});

it.skipIf(!has)("signs of the command's own are words like others", async () => {
  const { text } = await translate("A price: $5 & ^what$ [more] \\ * / <b>bold</b>; $(rm -rf /) `id`", "es");
  expect(text).toContain("$5 &");
  expect(text).toContain("<b>");
});

it.skipIf(!has)("what is in that language already stays as it is", async () => {
  const text = "The dog sleeps in the big house.";
  expect(await translate(text, "English")).toEqual({ text });
});

it.skipIf(!has)("says which languages there are where the one wanted is not", async () => {
  await expect(translate("The dog sleeps.", "Klingon")).rejects.toMatchObject({
    code: "expert-unavailable",
    message: expect.stringMatching(/into Klingon.*Spanish/) as string,
  });
});
