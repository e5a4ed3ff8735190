/** The feeling of a sentence: likeness to sentences of known feeling and a lexicon. */
import { loadSentenceEncoder } from "./sentence-encoder.ts";
import { sentimentPrototypes } from "./sentiment-prototypes.ts";
import { dot, isZero, meanDirection, softmax } from "./vectors.ts";

export const feelings = ["positive", "negative", "neutral"] as const;

export interface SentimentJudge {
  /** Shares of positive, negative, neutral for each sentence; undefined where the encoder knows no word of it. */
  judge(sentences: readonly string[], signal?: AbortSignal): Promise<(readonly number[] | undefined)[]>;
}

// These four were chosen on sentences of our own, apart from those that the quality is stated for.
const TEMPERATURE = 0.05;
/** How far VADER's verdict moves the balance of positive and negative. */
const LEXICON_POLARITY = 0.5;
/** The same in a negated sentence, where the encoder is nearly blind: “happy” and “not happy” are 0.85 alike. */
const LEXICON_POLARITY_NEGATED = 2.5;
/** How far a strong verdict of VADER speaks against neutral. */
const LEXICON_STRENGTH = 2;

const NEGATED = /\b(?:not|no|never|nobody|nothing|none|neither|nor|without|hardly|cannot)\b|n['’]t\b/iu;

/** VADER (Hutto & Gilbert 2014) and prototypes in the space of the Universal Sentence Encoder. */
export async function loadSentimentJudge(): Promise<SentimentJudge> {
  const [encoder, { default: vader }] = await Promise.all([loadSentenceEncoder(), import("vader-sentiment")]);
  const centres = await Promise.all(
    feelings.map(async (feeling) => meanDirection(await encoder.embed(sentimentPrototypes[feeling]))),
  );
  return {
    judge: async (sentences, signal) => {
      const vectors = await encoder.embed(sentences, signal);
      return vectors.map((vector, index) => {
        if (isZero(vector)) return undefined;
        const sentence = sentences[index] ?? "";
        const { compound } = vader.SentimentIntensityAnalyzer.polarity_scores(lexiconReading(sentence));
        const polarity = compound * (NEGATED.test(sentence) ? LEXICON_POLARITY_NEGATED : LEXICON_POLARITY);
        const lexicon = [polarity, -polarity, -LEXICON_STRENGTH * Math.abs(compound)];
        const evidence = centres.map((centre, feeling) => dot(vector, centre) / TEMPERATURE + (lexicon[feeling] ?? 0));
        return softmax(evidence, 1);
      });
    },
  };
}

/** VADER counts every “no” as a bad word, also that of “no problem”; “not” it takes as a negation. */
function lexiconReading(sentence: string): string {
  return sentence.replace(/\bno(?=\s+\p{L})/giu, "not").replaceAll("’", "'");
}
