/** The tasks that Tutti knows from the start, most of them by Hugging Face's names. */
import type { TaskSpec } from "../../src/registry/task-spec.ts";
import { audioClassification } from "./audio-classification.ts";
import { audioToAudio } from "./audio-to-audio.ts";
import { automaticSpeechRecognition } from "./automatic-speech-recognition.ts";
import { depthEstimation } from "./depth-estimation.ts";
import { documentQuestionAnswering } from "./document-question-answering.ts";
import { featureExtraction } from "./feature-extraction.ts";
import { imageAnnotate } from "./image-annotate.ts";
import { imageBlur } from "./image-blur.ts";
import { imageClassification } from "./image-classification.ts";
import { imageCrop } from "./image-crop.ts";
import { imageFeatureExtraction } from "./image-feature-extraction.ts";
import { imageGrayscale } from "./image-grayscale.ts";
import { imageResize } from "./image-resize.ts";
import { imageRotate } from "./image-rotate.ts";
import { imageSegmentation } from "./image-segmentation.ts";
import { imageTextToText } from "./image-text-to-text.ts";
import { imageToImage } from "./image-to-image.ts";
import { imageToText } from "./image-to-text.ts";
import { languageIdentification } from "./language-identification.ts";
import { objectDetection } from "./object-detection.ts";
import { opticalCharacterRecognition } from "./optical-character-recognition.ts";
import { questionAnswering } from "./question-answering.ts";
import { sentenceSimilarity } from "./sentence-similarity.ts";
import { sentimentAnalysis } from "./sentiment-analysis.ts";
import { summarization } from "./summarization.ts";
import { tabularClassification } from "./tabular-classification.ts";
import { textClassification } from "./text-classification.ts";
import { textGeneration } from "./text-generation.ts";
import { textToImage } from "./text-to-image.ts";
import { textToSpeech } from "./text-to-speech.ts";
import { textToVideo } from "./text-to-video.ts";
import { tokenClassification } from "./token-classification.ts";
import { translation } from "./translation.ts";
import { visualQuestionAnswering } from "./visual-question-answering.ts";
import { zeroShotAudioClassification } from "./zero-shot-audio-classification.ts";
import { zeroShotClassification } from "./zero-shot-classification.ts";
import { zeroShotImageClassification } from "./zero-shot-image-classification.ts";
import { zeroShotObjectDetection } from "./zero-shot-object-detection.ts";

export const knownTasks: readonly TaskSpec[] = [
  audioClassification,
  audioToAudio,
  automaticSpeechRecognition,
  depthEstimation,
  documentQuestionAnswering,
  featureExtraction,
  imageAnnotate,
  imageBlur,
  imageClassification,
  imageCrop,
  imageFeatureExtraction,
  imageGrayscale,
  imageResize,
  imageRotate,
  imageSegmentation,
  imageTextToText,
  imageToImage,
  imageToText,
  languageIdentification,
  objectDetection,
  opticalCharacterRecognition,
  questionAnswering,
  sentenceSimilarity,
  sentimentAnalysis,
  summarization,
  tabularClassification,
  textClassification,
  textGeneration,
  textToImage,
  textToSpeech,
  textToVideo,
  tokenClassification,
  translation,
  visualQuestionAnswering,
  zeroShotAudioClassification,
  zeroShotClassification,
  zeroShotImageClassification,
  zeroShotObjectDetection,
];
