import { defineTask } from "../../src/registry/task-spec.ts";

export const automaticSpeechRecognition = defineTask({
  id: "automatic-speech-recognition",
  title: "Speech recognition",
  description: "Write down what is said in a recording.",
  inputs: {
    audio: { type: "audio", description: "The recording." },
  },
  outputs: {
    text: { type: "text", description: "What was said." },
  },
  examples: ["Transcribe this recording."],
});
