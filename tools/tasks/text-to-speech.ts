import { defineTask } from "../../src/registry/task-spec.ts";

export const textToSpeech = defineTask({
  id: "text-to-speech",
  title: "Text to speech",
  description: "Read a text aloud.",
  inputs: {
    text: { type: "text", description: "The text.", slot: "passage" },
  },
  outputs: {
    audio: { type: "audio", description: "The spoken text." },
  },
  examples: ["Read this aloud.", "Say it out loud."],
});
