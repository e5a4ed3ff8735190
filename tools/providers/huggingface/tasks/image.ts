import { z } from "zod";
import { detectionSchema } from "../../../../src/run/value.ts";
import { splitLabels } from "../../../builtin/text/split-labels.ts";
import { labelMatcher } from "../../../builtin/vision/wanted-labels.ts";
import { documentQuestionAnswering } from "../../../tasks/document-question-answering.ts";
import { imageClassification } from "../../../tasks/image-classification.ts";
import { imageSegmentation } from "../../../tasks/image-segmentation.ts";
import { imageToImage } from "../../../tasks/image-to-image.ts";
import { imageToText } from "../../../tasks/image-to-text.ts";
import { objectDetection } from "../../../tasks/object-detection.ts";
import { textToImage } from "../../../tasks/text-to-image.ts";
import { textToVideo } from "../../../tasks/text-to-video.ts";
import { visualQuestionAnswering } from "../../../tasks/visual-question-answering.ts";
import { zeroShotImageClassification } from "../../../tasks/zero-shot-image-classification.ts";
import { foundWords } from "../../../vlm/found-words.ts";
import { parse } from "../../values/decode-data.ts";
import { paintSegments } from "./paint-segments.ts";
import { saveBlob } from "./save-blob.ts";
import { bestOf, callFor, open, readLabels, renamed } from "./task-call.ts";

const answerSchema = z.object({ answer: z.string() });

export const imageCalls = [
  callFor(imageClassification, async (call, { image }) => {
    const { library, args, options } = call;
    const labels = readLabels(await library.imageClassification({ ...args, inputs: await open(image) }, options), call);
    return { labels, text: bestOf(labels) };
  }),

  callFor(zeroShotImageClassification, async (call, { image, labels: wanted }) => {
    const { library, args, options } = call;
    const parameters = { ...args.parameters, candidate_labels: splitLabels(wanted) };
    const inputs = await open(image);
    const labels = readLabels(
      await library.zeroShotImageClassification({ ...args, inputs, parameters }, options),
      call,
    );
    return { labels, text: bestOf(labels) };
  }),

  callFor(objectDetection, async ({ library, args, options, settings }, { image, labels }) => {
    const found = await library.objectDetection({ ...args, inputs: await open(image) }, options);
    const isWanted = labelMatcher(labels);
    const boxes = parse(z.array(detectionSchema), found, "the answer")
      .map(({ label, ...rest }) => ({ ...rest, label: renamed(label, settings.labels) }))
      .filter(({ label }) => isWanted(label))
      .toSorted((a, b) => b.score - a.score);
    return { boxes, count: boxes.length, text: foundWords(boxes) };
  }),

  callFor(imageSegmentation, async ({ library, args, options, scratch, signal }, { image }) => {
    const found = await library.imageSegmentation({ ...args, inputs: await open(image) }, options);
    return { image: await paintSegments(image, found, { scratch, signal }) };
  }),

  callFor(imageToText, async ({ library, args, options }, { image }) => {
    const found = await library.imageToText({ ...args, inputs: await open(image) }, options);
    return { text: parse(z.object({ generated_text: z.string() }), found, "the answer").generated_text.trim() };
  }),

  callFor(visualQuestionAnswering, async ({ library, args, options }, { image, question }) => {
    const inputs = { image: await open(image), question };
    const found = await library.visualQuestionAnswering({ ...args, inputs }, options);
    return { text: parse(answerSchema, found, "the answer").answer.trim() };
  }),

  callFor(documentQuestionAnswering, async ({ library, args, options }, { image, question }) => {
    const inputs = { image: await open(image), question };
    const found = await library.documentQuestionAnswering({ ...args, inputs }, options);
    return { text: parse(answerSchema, found, "the answer").answer.trim() };
  }),

  callFor(imageToImage, async ({ library, args, options, scratch }, { image, text }) => {
    const parameters = { ...args.parameters, ...(text !== undefined && { prompt: text }) };
    // Without any, the picture goes as it is: an empty object would make JSON of it.
    const asked = Object.keys(parameters).length === 0 ? args : { ...args, parameters };
    const made = await library.imageToImage({ ...asked, inputs: await open(image) }, options);
    return { image: await saveBlob(made, "image", scratch) };
  }),

  callFor(textToImage, async ({ library, args, options, scratch }, { text }) => {
    const made = await library.textToImage({ ...args, inputs: text }, { ...options, outputType: "blob" });
    return { image: await saveBlob(made, "image", scratch) };
  }),

  callFor(textToVideo, async ({ library, args, options, scratch }, { text }) => {
    return { video: await saveBlob(await library.textToVideo({ ...args, inputs: text }, options), "video", scratch) };
  }),
];
