/** Doubts: an answer is made up where the text holds none; the sentence is not from the text; the wrong one is given. */
import { describe, expect, it } from "vitest";
import { questionAnsweringExpert } from "../../../../tools/builtin/question-answering.ts";
import { splitSentences } from "../../../../tools/builtin/text/sentences.ts";
import { runExpert } from "../run-expert.ts";

const NOTHING = "The text does not say.";

async function ask(context: string, question: string): Promise<string> {
  return (await runExpert<{ text: string }>(questionAnsweringExpert, { context, question })).text;
}

const library = `The library of Norham was founded in 1892 by the teacher Clara Voss. It holds more than 80,000 books, most
of them about the sea. The building burned down in 1931 and was rebuilt by volunteers. Today it is open from Tuesday to
Saturday. Children may borrow books for free, while adults pay ten euros a year. The oldest book is a map of the harbour,
drawn in 1604.`;
const hut = `The mountain hut lies at 2,400 metres above the village of Arva. You reach it in about three hours from the
last bus stop. The path is steep, and after rain it is slippery. Food is brought up by helicopter once a month. The hut has
beds for forty guests and no showers. Dogs are not allowed inside. The warden, Luca, has worked there since he was nineteen.`;

const answered: [string, string, string][] = [
  [library, "Who founded the library?", "Clara Voss"],
  [library, "How many books does it hold?", "80,000"],
  [library, "When did the building burn down?", "1931"],
  [library, "On which days is the library open?", "Tuesday to Saturday"],
  [library, "How much do adults pay?", "ten euros"],
  [library, "What is the oldest book?", "map of the harbour"],
  [hut, "At what height is the hut?", "2,400"],
  [hut, "How long does it take to reach the hut from the bus stop?", "three hours"],
  [hut, "How is the food brought to the hut?", "helicopter"],
  [hut, "How many guests can sleep there?", "forty"],
  [hut, "May I take my dog inside?", "not allowed"],
  [hut, "What is the name of the warden?", "Luca"],
];
const unanswered: [string, string][] = [
  [library, "Who is the mayor of Norham?"],
  [library, "Does the library have a café?"],
  [library, "What is the phone number?"],
  [library, "Why do cats purr?"],
  [hut, "What does a night cost?"],
  [hut, "Which languages does the warden speak?"],
  [hut, "Is there a swimming pool?"],
  [hut, "Who won the election?"],
];

describe("question answering", () => {
  it("answers most questions that the text answers, and none of them wrongly", async () => {
    let right = 0;
    for (const [context, question, expected] of answered) {
      const answer = await ask(context, question);
      if (answer === NOTHING) continue;
      expect(answer).toContain(expected);
      right += 1;
    }
    expect(right).toBeGreaterThanOrEqual(9);
  });

  it.each(unanswered)("says of %#: the text does not say", async (context, question) => {
    expect(await ask(context, question)).toBe(NOTHING);
  });

  it("gives a sentence of the text, unchanged", async () => {
    expect(splitSentences(hut)).toContain(await ask(hut, "How is the food brought to the hut?"));
  });
});
