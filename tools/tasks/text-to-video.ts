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
  phrases: [
    "generate video",
    "create video",
    "make video",
    "produce video",
    "short video",
    "video from text",
    "text to video",
    "into video",
    "video about",
    "video of",
    "animate",
    "animation",
  ],
  examples: ["Make a video of waves.", "Create a short clip from this description."],
});
