/** Which code does which task. */
import { vlmTasks } from "../../../vlm/tasks/index.ts";
import type { ModelConfig } from "../model-config.ts";
import type { Variant } from "../obtain-model.ts";
import { whole, type TaskRunner } from "../runner.ts";
import type { TransformersSettings } from "../settings.ts";
import { questionAnswering } from "./answer-question.ts";
import { depthEstimation, imageSegmentation, imageToImage } from "./change-image.ts";
import { imageClassification, zeroShotImageClassification } from "./classify-image.ts";
import { textClassification, zeroShotClassification } from "./classify-text.ts";
import { objectDetection, zeroShotObjectDetection } from "./detect.ts";
import { imageFeatureExtraction } from "./embed-image.ts";
import { featureExtraction, sentenceSimilarity } from "./embed-text.ts";
import { audioClassification, speechRecognition, zeroShotAudioClassification } from "./hear.ts";
import { tokenClassification } from "./name-entities.ts";
import { sentimentAnalysis } from "./sentiment.ts";
import { textToSpeech } from "./speak.ts";
import { documentQuestionAnswering, imageToText } from "./tell-image.ts";
import { summarization, textGeneration, translation } from "./write-text.ts";

/** Models that were made for the one task. */
const own: Readonly<Record<string, TaskRunner | undefined>> = {
  "audio-classification": audioClassification,
  "automatic-speech-recognition": speechRecognition,
  "depth-estimation": depthEstimation,
  "document-question-answering": documentQuestionAnswering,
  "feature-extraction": featureExtraction,
  "image-classification": imageClassification,
  "image-feature-extraction": imageFeatureExtraction,
  "image-segmentation": imageSegmentation,
  "image-to-image": imageToImage,
  "image-to-text": imageToText,
  "object-detection": objectDetection,
  "question-answering": questionAnswering,
  "sentence-similarity": sentenceSimilarity,
  "sentiment-analysis": sentimentAnalysis,
  summarization,
  "text-classification": textClassification,
  "text-generation": textGeneration,
  "text-to-speech": textToSpeech,
  "token-classification": tokenClassification,
  translation,
  "zero-shot-audio-classification": zeroShotAudioClassification,
  "zero-shot-classification": zeroShotClassification,
  "zero-shot-image-classification": zeroShotImageClassification,
  "zero-shot-object-detection": zeroShotObjectDetection,
};

export const transformersTasks: ReadonlySet<string> = new Set([...Object.keys(own), ...vlmTasks.keys()]);

/** Undefined where only a vision-language model does the task. */
export function ownRunner(taskId: string): TaskRunner | undefined {
  return Object.hasOwn(own, taskId) ? own[taskId] : undefined;
}

/** Which files the task runs. */
export function variantOf(taskId: string, { sees }: TransformersSettings): Variant {
  return (sees === "symbolic" ? undefined : ownRunner(taskId))?.variant ?? whole;
}

/** Whether the task is to be put to the model in words. */
export function isAsked(taskId: string, config: ModelConfig, isVlm: (modelType: string) => boolean): boolean {
  return vlmTasks.has(taskId) && isVlm(config.model_type);
}
