/** What the experts of the `vision` runtime share: one decoder and one detector per process. */
import { loadHuman, type HumanRuntime } from "./human-runtime.ts";
import { loadSharp, type SharpModule } from "./open-image.ts";

export interface Vision {
  readonly sharp: SharpModule;
  readonly human: HumanRuntime;
}

export const visionPackages = [
  "sharp",
  "@vladmandic/human",
  "@tensorflow/tfjs-core",
  "@tensorflow/tfjs-converter",
  "@tensorflow/tfjs-backend-wasm",
];

export async function loadVision(): Promise<Vision> {
  const [sharp, human] = await Promise.all([loadSharp(), loadHuman()]);
  return { sharp, human };
}
