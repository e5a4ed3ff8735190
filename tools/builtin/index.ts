/** The experts that ship with Tutti. Their models are loaded when they are first used. */
import type { Expert } from "../define-expert.ts";
import { featureExtractionExpert } from "./feature-extraction.ts";
import { imageAnnotateExpert } from "./image-annotate.ts";
import { imageBlurExpert } from "./image-blur.ts";
import { imageCropExpert } from "./image-crop.ts";
import { imageGrayscaleExpert } from "./image-grayscale.ts";
import { imageResizeExpert } from "./image-resize.ts";
import { imageRotateExpert } from "./image-rotate.ts";
import { languageIdentificationExpert } from "./language-identification.ts";
import { objectDetectionExpert } from "./object-detection.ts";
import { opticalCharacterRecognitionExpert } from "./optical-character-recognition.ts";
import { sentenceSimilarityExpert } from "./sentence-similarity.ts";
import { sentimentAnalysisExpert } from "./sentiment-analysis.ts";
import { summarizationExpert } from "./summarization.ts";
import { tokenClassificationExpert } from "./token-classification.ts";
import { zeroShotClassificationExpert } from "./zero-shot-classification.ts";

export const builtinExperts: readonly Expert[] = [
  featureExtractionExpert,
  imageAnnotateExpert,
  imageBlurExpert,
  imageCropExpert,
  imageGrayscaleExpert,
  imageResizeExpert,
  imageRotateExpert,
  languageIdentificationExpert,
  objectDetectionExpert,
  opticalCharacterRecognitionExpert,
  sentenceSimilarityExpert,
  sentimentAnalysisExpert,
  summarizationExpert,
  tokenClassificationExpert,
  zeroShotClassificationExpert,
];
