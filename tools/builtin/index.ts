/** The experts that ship with Tutti. Their models are loaded when they are first used. */
import type { Expert } from "../define-expert.ts";
import { automaticSpeechRecognitionExpert } from "./automatic-speech-recognition.ts";
import { featureExtractionExpert } from "./feature-extraction.ts";
import { imageAnnotateExpert } from "./image-annotate.ts";
import { imageBlurExpert } from "./image-blur.ts";
import { imageCropExpert } from "./image-crop.ts";
import { imageGrayscaleExpert } from "./image-grayscale.ts";
import { imageResizeExpert } from "./image-resize.ts";
import { imageRotateExpert } from "./image-rotate.ts";
import { imageToTextExpert } from "./image-to-text.ts";
import { languageIdentificationExpert } from "./language-identification.ts";
import { objectDetectionExpert } from "./object-detection.ts";
import { opticalCharacterRecognitionExpert } from "./optical-character-recognition.ts";
import { questionAnsweringExpert } from "./question-answering.ts";
import { sentenceSimilarityExpert } from "./sentence-similarity.ts";
import { sentimentAnalysisExpert } from "./sentiment-analysis.ts";
import { summarizationExpert } from "./summarization.ts";
import { textToSpeechExpert } from "./text-to-speech.ts";
import { tokenClassificationExpert } from "./token-classification.ts";
import { translationExpert } from "./translation.ts";
import { zeroShotClassificationExpert } from "./zero-shot-classification.ts";

export const builtinExperts: readonly Expert[] = [
  automaticSpeechRecognitionExpert,
  featureExtractionExpert,
  imageAnnotateExpert,
  imageBlurExpert,
  imageCropExpert,
  imageGrayscaleExpert,
  imageResizeExpert,
  imageRotateExpert,
  imageToTextExpert,
  languageIdentificationExpert,
  objectDetectionExpert,
  opticalCharacterRecognitionExpert,
  questionAnsweringExpert,
  sentenceSimilarityExpert,
  sentimentAnalysisExpert,
  summarizationExpert,
  textToSpeechExpert,
  tokenClassificationExpert,
  translationExpert,
  zeroShotClassificationExpert,
];
