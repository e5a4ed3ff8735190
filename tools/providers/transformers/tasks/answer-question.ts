import { z } from "zod";
import { requireText } from "../../../builtin/text/require-text.ts";
import { readInputs } from "../../../vlm/read-inputs.ts";
import { assertWanted } from "../generation.ts";
import { whole, type TaskRunner } from "../runner.ts";
import { assertFits } from "./text.ts";

const inputsSchema = z.object({ context: z.string(), question: z.string() });
const answerSchema = z.object({ answer: z.string(), score: z.number() });

export const questionAnswering: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("question-answering", model.folder, options);
    return {
      async run(inputs, { signal }) {
        const given = readInputs(inputsSchema, inputs);
        const [context, question] = [requireText(given.context, "context"), requireText(given.question, "question")];
        assertFits(pipe.tokenizer, model, question, context);
        assertWanted(signal);
        const { answer } = answerSchema.parse(await pipe(question, context));
        return { text: answer.trim() || "The text does not say." };
      },
      close: () => pipe.dispose(),
    };
  },
};
