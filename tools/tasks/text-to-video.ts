import { defineTask } from "../../src/registry/task-spec.ts";

export const textToVideo = defineTask({
  id: "text-to-video",
  title: "Video generation",
  description: "Make a video from a description.",
  inputs: {
    text: { type: "text", description: "What the video should show.", slot: "passage" },
  },
  outputs: {
    video: { type: "video", description: "The video." },
  },
  examples: ["Make a video of waves."],
});
