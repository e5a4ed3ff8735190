/** Encoder-decoders that were trained for one thing: captions (ViT and GPT-2, GIT), or questions about documents (Donut). */
import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import { fileSchema, readInputs } from "../../../vlm/read-inputs.ts";
import { assertWanted, stopOn } from "../generation.ts";
import { readImage } from "../raw-image.ts";
import { whole, type TaskRunner } from "../runner.ts";

const imageSchema = z.object({ image: fileSchema });
const questionSchema = z.object({ image: fileSchema, question: z.string() });
const captionSchema = z.array(z.object({ generated_text: z.string() })).min(1);
const answerSchema = z.array(z.object({ answer: z.string().nullable() })).min(1);

export const imageToText: TaskRunner = {
  variant: whole,
  async open({ library, model, settings, options }) {
    const pipe = await library.pipeline("image-to-text", model.folder, options);
    const limit = settings.maxTokens === undefined ? {} : { max_new_tokens: settings.maxTokens };
    return {
      async run(inputs, { signal }) {
        const image = await readImage(library, readInputs(imageSchema, inputs).image);
        assertWanted(signal);
        const made = await pipe(image, { ...limit, stopping_criteria: stopOn(library, [signal]) });
        assertWanted(signal);
        const text = captionSchema.parse(made)[0]?.generated_text ?? "";
        if (text === "") throw new TuttiError("expert-failed", `${model.name} wrote no caption`);
        return { text };
      },
      close: () => pipe.dispose(),
    };
  },
};

export const documentQuestionAnswering: TaskRunner = {
  variant: whole,
  async open({ library, model, options }) {
    const pipe = await library.pipeline("document-question-answering", model.folder, options);
    return {
      async run(inputs, { signal }) {
        const { image: file, question } = readInputs(questionSchema, inputs);
        // Donut marks the question with tags.
        const words = question.replaceAll(/[<>]/g, " ").trim();
        if (words === "") throw new TuttiError("bad-input", "The question is empty; write some words.");
        const image = await readImage(library, file);
        assertWanted(signal);
        const made = await pipe(image, words, { stopping_criteria: stopOn(library, [signal]) });
        assertWanted(signal);
        const answer = answerSchema.parse(made)[0]?.answer?.trim() ?? "";
        return { text: answer === "" ? "not stated" : answer };
      },
      close: () => pipe.dispose(),
    };
  },
};
