/** Doubts: related languages and scripts are mixed up; short or empty input gets a sure answer. */
import { describe, expect, it } from "vitest";
import { languageIdentificationExpert } from "../../../../tools/builtin/language-identification.ts";
import type { Label } from "../../../../src/run/value.ts";
import { runExpert } from "../run-expert.ts";

async function identify(text: string) {
  return runExpert<{ labels: Label[]; text: string }>(languageIdentificationExpert, { text });
}

describe("language identification", () => {
  it.each([
    ["en", "English", "The train to the coast leaves in ten minutes."],
    ["de", "German", "Der Zug an die Küste fährt in zehn Minuten."],
    ["fr", "French", "Le train pour la côte part dans dix minutes."],
    ["es", "Spanish", "El tren a la costa sale dentro de diez minutos."],
    ["it", "Italian", "Il treno per la costa parte tra dieci minuti."],
    ["pt", "Portuguese", "O comboio para a costa parte dentro de dez minutos."],
    ["nl", "Dutch", "De trein naar de kust vertrekt over tien minuten."],
    ["pl", "Polish", "Pociąg na wybrzeże odjeżdża za dziesięć minut."],
    ["uk", "Ukrainian", "Потяг до моря вирушає за десять хвилин."],
    ["ru", "Russian", "Поезд к морю отправляется через десять минут."],
    ["ar", "Arabic", "القطار إلى الساحل يغادر بعد عشر دقائق."],
    ["he", "Hebrew", "הרכבת לחוף יוצאת בעוד עשר דקות."],
    ["ja", "Japanese", "海岸行きの電車は十分後に出発します。"],
    ["zh", "Chinese", "去海边的火车十分钟后出发。"],
    ["yue", "Cantonese", "我哋而家去食飯，你嚟唔嚟呀？"],
    ["or", "Odia", "ଆଜି ପାଗ ବହୁତ ଭଲ ଅଛି।"],
  ])("knows %s (%s)", async (code, name, sentence) => {
    const { labels, text } = await identify(sentence);
    expect(labels[0]?.label).toBe(code);
    expect(text).toBe(name);
    expect(labels.every(({ score }) => score >= 0 && score <= 1)).toBe(true);
  });

  it("reads beyond the first line", async () => {
    const { labels } = await identify("12:30\n\nGuten Morgen zusammen, heute treffen wir uns später im Büro.");
    expect(labels[0]?.label).toBe("de");
  });

  it("says that it is unsure of what may be any language", async () => {
    expect((await identify("x")).text).toMatch(/^unsure, perhaps /);
    expect((await identify("xqzv")).text).toMatch(/^unsure, perhaps /);
  });

  it("refuses what holds no language", async () => {
    for (const text of ["", " \n ", "12345", "😀", "\u0000\u0007", "?!"]) {
      await expect(identify(text)).rejects.toMatchObject({ code: "bad-input" });
    }
  });
});
