import { defineTask } from "../../src/registry/task-spec.ts";

export const depthEstimation = defineTask({
  id: "depth-estimation",
  title: "Depth estimation",
  description: "Estimate how far away the things in a picture are.",
  inputs: {
    image: { type: "image", description: "The picture." },
  },
  outputs: {
    image: { type: "image", description: "The depth map, lighter is nearer." },
  },
  phrases: [
    "depth",
    "depth map",
    "estimate depth",
    "how far",
    "how far away",
    "distance of objects",
    "distance to objects",
    "nearest object",
    "closest to camera",
  ],
  examples: ["Estimate the depth of this scene.", "How far away are the things in the photo?"],
});
