/** Does every line of a dirty file end as an expert or with a reason, whatever it holds, and say what the card said? */
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countOutcomes, importCards, lineReasons } from "../../../src/registry/import/import-cards.ts";
import type { CardContext } from "../../../src/registry/import/registration-of-card.ts";
import { registrationSchema } from "../../../src/registry/registration.ts";
import { huggingfaceProvider, huggingfaceTasks } from "../../../tools/providers/huggingface/index.ts";
import { knownTasks } from "../../../tools/tasks/index.ts";

const context: CardContext = { tasks: new Set(knownTasks.map(({ id }) => id)), callable: huggingfaceTasks };
const importAll = (lines: readonly unknown[]) => [
  ...importCards(
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))),
    context,
  ),
];

describe("a line", () => {
  it("becomes an expert that says what the card said, and no more", () => {
    const [outcome] = importAll([
      {
        id: "acme/fast-summary",
        task: "summarization",
        likes: 99,
        downloads: 9999,
        license: "mit",
        language: ["en", false, "jp", "multilingual"],
        tags: ["pytorch"],
        description:
          "# Fast\n\nSums up **news** in [two](https://x.example) sentences.\n\n| a | b |\n|---|---|\n```py\nx\n```",
      },
    ]);
    expect(outcome).toEqual({
      line: 1,
      registration: {
        id: "huggingface/acme/fast-summary",
        version: "1",
        task: "summarization",
        title: "fast-summary by acme",
        description: "Sums up news in two sentences.",
        provider: "huggingface",
        settings: { model: "acme/fast-summary" },
        secrets: { token: { env: "HF_TOKEN" } },
        allowHosts: [],
        limits: {},
        pure: false,
        effects: "none",
        licence: { code: "mit" },
        quality: "Not measured here; 9,999 downloads and 99 likes on Hugging Face.",
        // 0.3 + 0.4 (0.7 * 4/7 + 0.3 * 2/4)
        merit: 0.52,
        languages: ["en", "no", "ja"],
      },
    });
  });

  it.each([
    [{ id: "a/b", pipeline_tag: "translation", meta: { license: ["mit", "x"], language: "fr" } }],
    [{ modelId: "a/b", task: "translation", cardData: { license: "mit", language: ["fr"] } }],
  ])("may have its fields where other lists have them: %j", (card) => {
    expect(importAll([card])[0]?.registration).toMatchObject({ licence: { code: "mit" }, languages: ["fr"] });
  });

  it("without a licence is kept, and says so", () => {
    const outcomes = importAll([{ id: "a/b", task: "summarization", license: null }]);
    expect(outcomes[0]?.registration?.licence).toEqual({ code: "not told" });
    expect(countOutcomes(outcomes)).toMatchObject({ registrations: 1, withoutLicence: 1 });
  });

  it.each([
    ["broken", "{", "JSON"],
    ["broken", "[]", "object"],
    ["broken", "null", "object"],
    ["broken", { task: "summarization" }, "no model"],
    ["broken", "x".repeat(1_000_001), "characters"],
    ["empty", "  ", ""],
    ["no-task", { id: "a/b" }, "a/b"],
    ["unknown-task", { id: "a/b", task: "reinforcement-learning" }, "reinforcement-learning"],
    ["unknown-task", { id: "a/b", task: "__proto__" }, "__proto__"],
    ["no-call", { id: "a/b", task: "depth-estimation" }, "depth-estimation"],
  ])("is left out as %s", (reason, line, detail) => {
    expect(importAll([line])[0]).toMatchObject({ reason, detail: expect.stringContaining(detail) });
  });

  it("that stood there before is left out, whatever its case", () => {
    const card = { id: "Acme/B", task: "summarization" };
    expect(importAll([card, {}, { ...card, id: "acme/b" }])[2]).toMatchObject({
      reason: "duplicate",
      detail: "acme/b, of line 1",
    });
  });

  it("ends in one of the two ways, for whatever it holds", () => {
    const field = fc.oneof(fc.string(), fc.jsonValue(), fc.constantFrom("en", false, null, -1, 1e308, "summarization"));
    const card = fc.record(
      {
        id: fc.oneof(fc.constantFrom("a/b", "../../etc", "a//b", "é/ü", "a/b@2", " "), field),
        task: fc.oneof(fc.constantFrom(...context.tasks), field),
        likes: field,
        downloads: field,
        license: field,
        language: fc.oneof(field, fc.array(field)),
        tags: field,
        description: fc.oneof(field, fc.string({ unit: "binary", maxLength: 3000 })),
      },
      { requiredKeys: [] },
    );
    const line = fc.oneof(
      card.map((given) => JSON.stringify(given)),
      fc.string(),
      fc.json(),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const outcomes = [...importCards(lines, context)];
        expect(outcomes).toHaveLength(lines.length);
        for (const { registration, reason } of outcomes) {
          if (registration) expect(registrationSchema.parse(registration)).toEqual(registration);
          else expect(Object.keys(lineReasons)).toContain(reason);
        }
      }),
    );
  });
});

describe("a model", () => {
  const taskOf = (card: object) => importAll([{ id: "a/b", ...card }])[0]?.registration?.task;
  const settingsOf = (card: object) => importAll([{ id: "a/b", ...card }])[0]?.registration?.settings;

  it.each([
    [{ task: "conversational" }, "text-generation"],
    [{ task: "text2text-generation" }, "text-generation"],
    [{ task: "text-classification", tags: ["sentiment-analysis"] }, "sentiment-analysis"],
    [{ task: "text-classification", tags: ["sentiment", "emotion"] }, "text-classification"],
    [{ task: "text-classification", id: "a/xlm-language-detection" }, "language-identification"],
    [{ task: "image-classification", tags: ["sentiment"] }, "image-classification"],
  ])("%j does %s", (card, task) => {
    expect(taskOf(card)).toBe(task);
  });

  it.each([
    ["Helsinki-NLP/opus-mt-en-fr", { fr: "" }],
    ["Helsinki-NLP/opus-mt-mul-en", { en: "" }],
    ["facebook/wmt21-dense-24-wide-en-x", undefined],
    ["google/flan-t5-base", undefined],
  ])("of one pair of languages says into which it translates: %s", (id, languages) => {
    expect(settingsOf({ id, task: "translation" })?.["languages"]).toEqual(languages);
  });
});

/** Prose of model cards is not kept in the project; where the list is absent, its other tests still hold. */
const list = new URL("../../../../shared/data/registry/hugging-face-models-2023.jsonl", import.meta.url);

describe.skipIf(!existsSync(list))(
  "the list of 673 models of 2023 (../shared/data, skipped where it is absent)",
  () => {
    it("is read to the last line, and its experts are such as their provider takes", () => {
      const outcomes = [...importCards(readFileSync(list, "utf8").trimEnd().split("\n"), context)];
      const { lines, registrations, withoutLicence, refused } = countOutcomes(outcomes);
      expect(lines).toBe(673);
      // All but 30 each of two tasks that the library has no call for.
      expect(registrations).toBe(613);
      expect(withoutLicence).toBe(144);
      expect([...refused.keys()]).toEqual(["no-call"]);
      const made = outcomes.flatMap(({ registration }) => registration ?? []);
      expect(new Set(made.map(({ id }) => id)).size).toBe(613);
      for (const registration of made) {
        expect(huggingfaceProvider.settings.safeParse(registration.settings).success, registration.id).toBe(true);
        expect(registration.description ?? "").not.toMatch(/<\w+[^>]*>|\n|```|\]\(/);
        for (const code of registration.languages ?? []) expect(code).toMatch(/^[a-z]{2,3}$/);
      }
      expect(made.filter(({ languages }) => languages?.includes("no")).length).toBeGreaterThan(5);
    });
  },
);
