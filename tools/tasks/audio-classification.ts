import { defineTask } from "../../src/registry/task-spec.ts";

export const audioClassification = defineTask({
  id: "audio-classification",
  title: "Audio classification",
  description: "Say what kind of sound a recording holds.",
  inputs: {
    audio: { type: "audio", description: "The recording." },
  },
  outputs: {
    labels: { type: "labels", description: "Classes, best first." },
    text: { type: "text", description: "The best class, in words." },
  },
  examples: ["What sound is this?"],
});
