/** On which device a model runs: decided by trying, before anything large is fetched for it. */
import { asTuttiError } from "../../../src/errors.ts";
import type { Lane } from "../../../src/registry/expert-card.ts";
import type { TransformersSettings } from "./settings.ts";

export type Device = "cpu" | "cuda";

/** A graph that hands its input through: ONNX, IR 8, opset 17. */
const IDENTITY = "CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBZ1oPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCAhAR";

let cuda: Promise<string | undefined> | undefined;

export interface ChosenDevice {
  readonly device: Device;
  /** Why it is not the one that was asked for. */
  readonly fallback?: string | undefined;
}

export async function chooseDevice(wanted: TransformersSettings["device"], lane: Lane): Promise<ChosenDevice> {
  if (wanted === "cpu" || (wanted === "auto" && lane !== "gpu")) return { device: "cpu" };
  cuda ??= whyNoCuda();
  const why = await cuda;
  return why === undefined ? { device: "cuda" } : { device: "cpu", fallback: `CUDA does not work here: ${why}` };
}

async function whyNoCuda(): Promise<string | undefined> {
  try {
    const { InferenceSession } = await import("onnxruntime-node");
    const session = await InferenceSession.create(Buffer.from(IDENTITY, "base64"), {
      executionProviders: ["cuda"],
      logSeverityLevel: 4,
    });
    await session.release();
    return undefined;
  } catch (error) {
    return asTuttiError(error).message.split("\n")[0]?.trim() ?? "no reason given";
  }
}
