import { defineTask } from "../../src/registry/task-spec.ts";

export const audioToAudio = defineTask({
  id: "audio-to-audio",
  title: "Audio enhancement",
  description: "Improve or separate a recording.",
  inputs: {
    audio: { type: "audio", description: "The recording." },
  },
  outputs: {
    audio: { type: "audio", description: "The new recording." },
  },
  phrases: [
    "enhance audio",
    "enhance speech",
    "enhance recording",
    "improve audio",
    "improve recording",
    "improve audio quality",
    "improve speech quality",
    "clean up audio",
    "clean recording",
    "remove noise",
    "reduce noise",
    "background noise",
    "noise reduction",
    "denoise",
    "speech enhancement",
    "separate voices",
    "separate speakers",
    "separate sources",
    "source separation",
    "isolate voice",
    "make audio clearer",
    "make recording louder",
  ],
  examples: [
    "Remove the noise from this recording.",
    "Make the voice in the noisy recording clearer.",
    "Separate the two speakers.",
  ],
});
