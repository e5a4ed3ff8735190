import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import { audioClassification } from "../../../tasks/audio-classification.ts";
import { audioToAudio } from "../../../tasks/audio-to-audio.ts";
import { automaticSpeechRecognition } from "../../../tasks/automatic-speech-recognition.ts";
import { textToSpeech } from "../../../tasks/text-to-speech.ts";
import { decodeBase64 } from "../../values/base64.ts";
import { parse } from "../../values/decode-data.ts";
import { saveBlob } from "./save-blob.ts";
import { saveFile } from "../../values/save-file.ts";
import { bestOf, callFor, open, readLabels } from "./task-call.ts";

const recordingSchema = z.object({ blob: z.string(), "content-type": z.string() });

export const audioCalls = [
  callFor(automaticSpeechRecognition, async ({ library, args, options }, { audio }) => {
    const found = await library.automaticSpeechRecognition({ ...args, inputs: await open(audio) }, options);
    return { text: parse(z.object({ text: z.string() }), found, "the answer").text.trim() };
  }),

  callFor(audioClassification, async (call, { audio }) => {
    const { library, args, options } = call;
    const labels = readLabels(await library.audioClassification({ ...args, inputs: await open(audio) }, options), call);
    return { labels, text: bestOf(labels) };
  }),

  callFor(audioToAudio, async ({ library, args, options, scratch }, { audio }) => {
    const found = await library.audioToAudio({ ...args, inputs: await open(audio) }, options);
    // Models that take voices apart give one recording each; the task has room for the first.
    const [first] = parse(z.array(recordingSchema), found, "the answer");
    if (!first) throw new TuttiError("expert-failed", "the answer holds no recording");
    const { blob, "content-type": mediaType } = first;
    return { audio: await saveFile(decodeBase64(blob, "output audio"), { scratch, output: "audio", mediaType }) };
  }),

  callFor(textToSpeech, async ({ library, args, options, scratch }, { text }) => {
    return { audio: await saveBlob(await library.textToSpeech({ ...args, inputs: text }, options), "audio", scratch) };
  }),
];
