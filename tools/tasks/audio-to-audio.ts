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
  examples: ["Remove the noise from this recording."],
});
