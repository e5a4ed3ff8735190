/** Experts that hand on whatever they are given: one as its result, one as the message of its failure. */
import { TuttiError } from "../../src/errors.ts";
import { defineTask } from "../../src/registry/task-spec.ts";
import { defineExpert, type Expert } from "../../tools/define-expert.ts";
import { scriptedCard } from "./scripted-experts.ts";

/** For `TUTTI_EXPERT_MODULES`. */
export const gullibleExperts = import.meta.filename;

const text = { type: "text", description: "The text." } as const;

const repeatText = defineTask({
  id: "repeat-text",
  title: "Repeat",
  description: "Give a text back as it is.",
  inputs: { text },
  outputs: { text },
});

const stumbleOverText = defineTask({
  id: "stumble-over-text",
  title: "Stumble",
  description: "Fail, and tell what failed.",
  inputs: { text },
  outputs: { text },
});

const load = (): Promise<undefined> => Promise.resolve(undefined);

export const experts: readonly Expert[] = [
  defineExpert({
    task: repeatText,
    card: scriptedCard("test/repeat", repeatText, { runtime: "gullible" }),
    load,
    run: (_model, inputs) => Promise.resolve({ text: inputs.text }),
  }),
  defineExpert({
    task: stumbleOverText,
    card: scriptedCard("test/stumble", stumbleOverText, { runtime: "gullible" }),
    load,
    run: (_model, inputs) => Promise.reject(new TuttiError("bad-input", inputs.text)),
  }),
];
