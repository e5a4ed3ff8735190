import { defineTask } from "../../src/registry/task-spec.ts";

export const zeroShotAudioClassification = defineTask({
  id: "zero-shot-audio-classification",
  title: "Zero-shot audio classification",
  description: "Sort a recording into one of the categories that the request names.",
  inputs: {
    audio: { type: "audio", description: "The recording." },
    labels: { type: "text", description: "The categories, comma separated.", slot: "labels" },
  },
  outputs: {
    labels: { type: "labels", description: "The categories, best first." },
    text: { type: "text", description: "The best category." },
  },
  says: "{input.audio} is best sorted under: {output.labels}.",
});
