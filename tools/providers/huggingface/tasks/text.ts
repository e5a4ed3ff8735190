import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import { judgeSimilarity } from "../../../builtin/text/similarity-words.ts";
import { languageName } from "../../../builtin/text/language-names.ts";
import { splitLabels } from "../../../builtin/text/split-labels.ts";
import { featureExtraction } from "../../../tasks/feature-extraction.ts";
import { languageIdentification } from "../../../tasks/language-identification.ts";
import { questionAnswering } from "../../../tasks/question-answering.ts";
import { sentenceSimilarity } from "../../../tasks/sentence-similarity.ts";
import { sentimentAnalysis } from "../../../tasks/sentiment-analysis.ts";
import { summarization } from "../../../tasks/summarization.ts";
import { textClassification } from "../../../tasks/text-classification.ts";
import { textGeneration } from "../../../tasks/text-generation.ts";
import { tokenClassification } from "../../../tasks/token-classification.ts";
import { translation } from "../../../tasks/translation.ts";
import { zeroShotClassification } from "../../../tasks/zero-shot-classification.ts";
import { parse } from "../../values/decode-data.ts";
import { poolVector } from "./pool-vector.ts";
import { readEntities } from "./read-entities.ts";
import { readFeelings } from "./read-feelings.ts";
import { bestOf, callFor, readLabels } from "./task-call.ts";
import { targetLanguage } from "./target-language.ts";

const translationSchema = z.union([
  z.object({ translation_text: z.string() }),
  z.array(z.object({ translation_text: z.string() })).transform((parts) => ({
    translation_text: parts.map((part) => part.translation_text).join("\n"),
  })),
]);

export const textCalls = [
  callFor(textClassification, async (call, { text }) => {
    const { library, args, options } = call;
    const labels = readLabels(await library.textClassification({ ...args, inputs: text }, options), call);
    return { labels, text: bestOf(labels) };
  }),

  callFor(sentimentAnalysis, async (call, { text }) => {
    const { library, args, options, settings } = call;
    const given = readLabels(await library.textClassification({ ...args, inputs: text }, options), call);
    const labels = readFeelings(given, settings.model);
    return { labels, text: bestOf(labels) };
  }),

  callFor(languageIdentification, async (call, { text }) => {
    const { library, args, options } = call;
    const labels = readLabels(await library.textClassification({ ...args, inputs: text }, options), call);
    return { labels, text: nameOfLanguage(bestOf(labels)) };
  }),

  callFor(zeroShotClassification, async (call, { text, labels: wanted }) => {
    const { library, args, options } = call;
    const parameters = { ...args.parameters, candidate_labels: splitLabels(wanted) };
    const labels = readLabels(
      await library.zeroShotClassification({ ...args, inputs: text, parameters }, options),
      call,
    );
    return { labels, text: bestOf(labels) };
  }),

  callFor(tokenClassification, async ({ library, args, options, settings }, { text }) => {
    // Without it, names come in pieces, and the library refuses them.
    const parameters = { aggregation_strategy: "simple" as const, ...args.parameters };
    const found = await library.tokenClassification({ ...args, inputs: text, parameters }, options);
    return readEntities(found, text, settings.labels);
  }),

  callFor(questionAnswering, async ({ library, args, options }, { context, question }) => {
    const found = await library.questionAnswering({ ...args, inputs: { context, question } }, options);
    const { answer } = parse(z.object({ answer: z.string() }), found, "the answer");
    return { text: answer.trim() === "" ? "The text does not say." : answer.trim() };
  }),

  callFor(summarization, async ({ library, args, options }, { text }) => {
    const found = await library.summarization({ ...args, inputs: text }, options);
    return { text: parse(z.object({ summary_text: z.string() }), found, "the answer").summary_text.trim() };
  }),

  callFor(translation, async ({ library, args, options, settings }, { text, language }) => {
    const code = targetLanguage(language, settings);
    const parameters = { ...args.parameters, ...(code !== undefined && { tgt_lang: code }) };
    const asked = Object.keys(parameters).length === 0 ? args : { ...args, parameters };
    const found = await library.translation({ ...asked, inputs: text }, options);
    return { text: parse(translationSchema, found, "the answer").translation_text.trim() };
  }),

  callFor(textGeneration, async ({ library, args, options }, { text }) => {
    const found = await library.textGeneration({ ...args, inputs: text }, options);
    return { text: parse(z.object({ generated_text: z.string() }), found, "the answer").generated_text.trim() };
  }),

  callFor(featureExtraction, async ({ library, args, options, settings }, { text }) => {
    const found = await library.featureExtraction({ ...args, inputs: text }, options);
    return { embedding: { space: `huggingface/${settings.model}`, vector: poolVector(found) } };
  }),

  callFor(sentenceSimilarity, async ({ library, args, options }, { text, other }) => {
    const inputs = { source_sentence: text, sentences: [other] };
    const found = await library.sentenceSimilarity({ ...args, inputs }, options);
    const [given] = parse(z.array(z.number()), found, "the answer");
    if (given === undefined) throw new TuttiError("expert-failed", "the answer holds no similarity");
    const score = Math.round(given * 1000) / 1000;
    return { score, text: judgeSimilarity(score, text, other) };
  }),
];

/** Some models answer with codes, some with names. */
function nameOfLanguage(label: string): string {
  try {
    return languageName(label);
  } catch {
    return label;
  }
}
