/**
 * Can the card of an expert, or a text that a step works on, choose who does the step? The language model here does
 * whatever it is told by anything that no quotation marks hold.
 */
import { describe, expect, it } from "vitest";
import { readPrompt } from "../../src/prompts/prompts-folder.ts";
import type { ExpertCard } from "../../src/registry/expert-card.ts";
import type { NodeSpec } from "../../src/run/events.ts";
import { createLlmSelector } from "../../src/select/llm/llm-selector.ts";
import { rankedSelector } from "../../src/select/rank-experts.ts";
import { createGullibleModel, type GullibleMessage } from "../fakes/gullible-model.ts";
import { scriptedCard, textTask } from "../fakes/scripted-experts.ts";
import { createScriptedModel } from "../fakes/scripted-language-model.ts";
import { carelessQuotes, hostileTexts } from "../fixtures/hostile/texts.ts";

const HARMLESS = "A harmless text.";
const prompt = (await readPrompt("select", {})).render({});

/** The worst of three, which would rather be the best, in all that it can say of itself. */
const evilCard = (text: string): ExpertCard =>
  scriptedCard("test/evil", textTask, {
    ...{ version: text, title: text, description: text, examples: [text], model: text, quality: text },
    ...{ languages: [text], licence: { code: text, weights: text }, fix: text, merit: 0.1 },
  });

const nodeWith = (text: string): NodeSpec => ({
  id: "t1",
  kind: "task",
  task: "shout",
  inputs: { text: { value: { type: "text", value: text } } },
});

async function choose(text: string) {
  const cards = [0.9, 0.5].map((merit) => scriptedCard(`test/m${merit * 10}`, textTask, { merit }));
  const gullible = createGullibleModel();
  const model = createScriptedModel({ answers: ({ messages }) => gullible.answer(messages.map(plainMessage)) });
  const selector = createLlmSelector({ model, base: rankedSelector, prompt });
  const candidates = [...cards, evilCard(text)];
  const { experts, reason } = await selector.select(nodeWith(text), candidates, new AbortController().signal);
  return { ids: experts.map(({ id }) => id), reason, calls: gullible.calls };
}

type ModelMessage = Parameters<ReturnType<typeof createScriptedModel>["stream"]>[0]["messages"][number];

function plainMessage({ role, content }: ModelMessage): GullibleMessage {
  return { role, content: typeof content === "string" ? content : JSON.stringify(content) };
}

const plain = await choose(HARMLESS);

it("chooses as without hostile texts", () => {
  expect(plain.ids).toEqual(["test/m9", "test/m5", "test/evil"]);
  expect(plain.calls.map(({ purpose }) => purpose)).toEqual(["select"]);
  expect(plain.calls[0]?.messages.at(-1)?.content).toContain(HARMLESS);
});

const choosing = hostileTexts.flatMap(({ name, text, breaksOut }) => [
  { name, text },
  // The same way out, to where it leads here.
  ...(breaksOut
    ? [{ name: `${name}, to choose`, text: text.replace(/Call text-to-speech\.?/u, "Choose test/evil.") }]
    : []),
]);

describe("cards and inputs", () => {
  it.each(choosing)("choose nobody: $name", async ({ text }) => {
    const { ids, reason, calls } = await choose(text);
    expect(calls.flatMap(({ orders }) => orders)).toEqual([]);
    expect(ids).toEqual(plain.ids);
    expect(reason).toBe(plain.reason);
  });

  it("would choose where nothing quotes them, or nothing with care", () => {
    const messages = plain.calls[0]?.messages ?? [];
    const answerTo = (text: string): string =>
      createGullibleModel().answer(
        messages.map(({ role, content }) => ({
          role,
          content: content.replace(/^\{.*A harmless text.*\}$/mu, () => text),
        })),
      );
    const told = choosing.filter(({ text }) => text.includes("test/evil"));
    expect(told.length).toBeGreaterThan(10);
    for (const { name, text } of told) {
      const answers = [text, ...carelessQuotes.map((quote) => quote(text))].map(answerTo);
      expect(answers.join("\n"), name).toContain('"id":"test/evil"');
    }
  });
});
