import { collect } from "../collect.ts";
import { expect, test } from "vitest";
import { callOf, languageModelContract } from "../contracts/language-model.contract.ts";
import { createScriptedModel } from "../fakes/scripted-language-model.ts";

languageModelContract({
  name: "scripted",
  open: (pieces, options) =>
    Promise.resolve({
      // At one token in an hour the second never comes.
      model: createScriptedModel({ answers: () => pieces, ...(options?.hangs ? { tokensPerSecond: 1 / 3600 } : {}) }),
      close: () => Promise.resolve(),
    }),
});

test("records the calls and cuts a text into pieces", async () => {
  const model = createScriptedModel({ answers: (_call, index) => `answer number ${index}` });
  await collect(model.stream(callOf()));
  const chunks = await collect(model.stream(callOf({ maxTokens: 2 })));
  expect(chunks.map((chunk) => chunk.type === "text" && chunk.text)).toEqual(["answ", "er n", false]);
  expect(model.calls).toHaveLength(2);
});
