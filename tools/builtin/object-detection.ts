import { defineExpert } from "../define-expert.ts";
import { objectDetection } from "../tasks/object-detection.ts";
import type { Detection } from "../../src/run/value.ts";
import { FACE } from "./vision/coco-classes.ts";
import { describeCounts } from "./vision/count-words.ts";
import { findFaces } from "./vision/find-faces.ts";
import { believe, findCandidates } from "./vision/find-objects.ts";
import { loadVision, visionPackages } from "./vision/load-vision.ts";
import { openImage } from "./vision/open-image.ts";
import { readWantedLabels } from "./vision/wanted-labels.ts";

export const objectDetectionExpert = defineExpert({
  task: objectDetection,
  card: {
    id: "builtin/centernet-coco",
    version: "1.0.0",
    title: "Objects and faces (CenterNet, BlazeFace)",
    provider: "builtin",
    model: "MobileNetV3-CenterNet COCO-80 and BlazeFace with FaceMesh, of @vladmandic/human, voted over several views",
    lane: "cpu",
    runtime: "vision",
    limits: { timeoutMs: 60_000, concurrency: 1, memoryMiB: 300 },
    pure: true,
    effects: "none",
    licence: { code: "MIT", weights: "Apache-2.0 (CenterNet, MediaPipe), as credited by Human" },
    quality:
      "Cautious. On 26 measured pictures it named the main thing right in all 7 that show one of its classes at a good size, found well under half of the people in crowds, missed small things (the spoon beside a cup), and gave a wrong name in 3 of 16 pictures of things that it doesn't know (a round circuit for a clock). Faces in profile or under 20 pixels are missed.",
    merit: 0.45,
    needs: { packages: visionPackages },
    fix: "Run npm install.",
  },
  load: loadVision,
  async run({ sharp, human }, { image, labels }, { signal }) {
    const picture = await openImage(sharp, image);
    const wanted = readWantedLabels(labels);
    const candidates = await findCandidates(human, picture, signal);
    // Faces are looked for only on demand: they take as long as the objects, and without them a portrait is "1 person".
    const faces = wanted.classes?.has(FACE) === true ? await findFaces(human, picture, candidates, signal) : [];
    const found = [...believe(candidates), ...faces]
      .filter(({ label }) => wanted.classes === undefined || wanted.classes.has(label))
      .map(toOutput)
      .toSorted((a, b) => b.score - a.score);
    return { boxes: found, count: found.length, text: describeCounts(found, wanted) };
  },
});

/** Whole pixels and two decimals: all that the model is good for. */
function toOutput({ label, score, box: { xmin, ymin, xmax, ymax } }: Detection): Detection {
  return {
    label,
    score: Math.round(score * 100) / 100,
    box: {
      xmin: Math.round(xmin),
      ymin: Math.round(ymin),
      xmax: Math.round(xmax),
      ymax: Math.round(ymax),
    },
  };
}
