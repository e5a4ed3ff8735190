/** Models that write: summaries, translations, free text. */
import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import { readInputs } from "../../../vlm/read-inputs.ts";
import { assertWanted, stopOn } from "../generation.ts";
import { whole, type TaskRunner } from "../runner.ts";
import { codeIn, identifyLanguage } from "./languages.ts";
import { assertFits, textOf } from "./text.ts";

const MAX_TOKENS = 256;

const summarySchema = z.tuple([z.object({ summary_text: z.string() })]);
const translationSchema = z.tuple([z.object({ translation_text: z.string() })]);
const languageSchema = z.object({ language: z.string().optional() });

export const summarization: TaskRunner = {
  variant: whole,
  async open({ library, model, settings, options }) {
    const pipe = await library.pipeline("summarization", model.folder, options);
    return {
      async run(inputs, { signal }) {
        const text = textOf(inputs);
        assertFits(pipe.tokenizer, model, text);
        const stopping = {
          max_new_tokens: settings.maxTokens ?? MAX_TOKENS,
          stopping_criteria: stopOn(library, [signal]),
        };
        const [{ summary_text: summary }] = summarySchema.parse(await pipe(text, stopping));
        assertWanted(signal);
        return { text: written(summary, model.name) };
      },
      close: () => pipe.dispose(),
    };
  },
};

export const translation: TaskRunner = {
  variant: whole,
  async open({ library, model, settings, options }) {
    const pipe = await library.pipeline("translation", model.folder, options);
    const { language_codes: codes } = z
      .object({ language_codes: z.array(z.string()).optional() })
      .parse(Object.fromEntries(Object.entries(pipe.tokenizer)));
    return {
      async run(inputs, { signal }) {
        const text = textOf(inputs);
        assertFits(pipe.tokenizer, model, text);
        const { language } = readInputs(languageSchema, inputs);
        const direction = codes
          ? {
              src_lang: codeIn(codes, settings.language ?? (await identifyLanguage(text)), model.name),
              tgt_lang: codeIn(codes, language ?? "English", model.name),
            }
          : {};
        const made = await pipe(text, {
          ...direction,
          max_new_tokens: settings.maxTokens ?? MAX_TOKENS,
          stopping_criteria: stopOn(library, [signal]),
        });
        assertWanted(signal);
        const [{ translation_text: translated }] = translationSchema.parse(made);
        return { text: written(translated, model.name) };
      },
      close: () => pipe.dispose(),
    };
  },
};

const textSchema = z.tuple([z.object({ generated_text: z.string() })]);
const chatSchema = z.tuple([z.object({ generated_text: z.array(z.object({ content: z.string() })).min(1) })]);

export const textGeneration: TaskRunner = {
  variant: whole,
  async open({ library, model, settings, options }) {
    const pipe = await library.pipeline("text-generation", model.folder, options);
    const isChat = typeof pipe.tokenizer.chat_template === "string";
    return {
      async run(inputs, { signal }) {
        const text = textOf(inputs);
        assertFits(pipe.tokenizer, model, text);
        const stopping = {
          max_new_tokens: settings.maxTokens ?? MAX_TOKENS,
          stopping_criteria: stopOn(library, [signal]),
        };
        const made = isChat
          ? chatSchema.parse(await pipe([{ role: "user", content: text }], stopping))[0].generated_text.at(-1)?.content
          : textSchema.parse(await pipe(text, { ...stopping, return_full_text: false }))[0].generated_text;
        assertWanted(signal);
        return { text: written(made ?? "", model.name) };
      },
      close: () => pipe.dispose(),
    };
  },
};

/** @throws TuttiError `expert-failed` for nothing */
function written(text: string, model: string): string {
  const trimmed = text.trim();
  if (trimmed === "") throw new TuttiError("expert-failed", `${model} wrote nothing`);
  return trimmed;
}
