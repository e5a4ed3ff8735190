/**
 * The Human library (Vladimir Mandic) on TensorFlow.js WebAssembly: CenterNet for the 80 COCO classes, BlazeFace and
 * FaceMesh for faces. Everything is read from the installed packages; nothing is fetched.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import { FACE } from "./coco-classes.ts";
import type { Detection } from "../../../src/run/value.ts";

type TensorFlow = typeof import("@tensorflow/tfjs-core");
type LoadRouter = Parameters<TensorFlow["io"]["registerLoadRouter"]>[0];
type ModelJson = import("@tensorflow/tfjs-core").io.ModelJSON;

/** A square RGB picture, 3 bytes per pixel. */
export interface Square {
  readonly pixels: Uint8Array;
  readonly size: number;
}

/** A face before it is believed: how sure each of the two models is, 0..1. */
export interface FaceCandidate extends Detection {
  readonly detectorScore: number;
  readonly meshScore: number;
}

export interface HumanRuntime {
  /** Boxes are in shares of the square, 0..1; very weak ones and duplicates are included. */
  readonly detectObjects: (square: Square) => Promise<Detection[]>;
  readonly detectFaces: (square: Square) => Promise<FaceCandidate[]>;
}

interface HumanLibrary {
  readonly load: () => Promise<void>;
  readonly detect: (input: unknown, config: object) => Promise<unknown>;
}

/** x, y, width, height. */
const rawBoxSchema = z
  .tuple([z.number(), z.number(), z.number(), z.number()])
  .transform(([x, y, width, height]) => ({ xmin: x, ymin: y, xmax: x + width, ymax: y + height }));

const resultSchema = z.union([
  z.object({ error: z.string() }),
  z.object({
    object: z.array(z.object({ label: z.string(), score: z.number(), boxRaw: rawBoxSchema })),
    face: z.array(z.object({ boxScore: z.number(), faceScore: z.number(), boxRaw: rawBoxSchema })),
  }),
]);

const off = { enabled: false };
const config = {
  backend: "wasm",
  debug: false,
  // Results of one picture must not leak into the next, as they would in a video.
  cacheSensitivity: 0,
  filter: off,
  gesture: off,
  body: off,
  hand: off,
  segmentation: off,
  face: {
    enabled: true,
    iris: off,
    emotion: off,
    description: off,
    mesh: { enabled: true },
    detector: { maxDetected: 50, minConfidence: 0.2, rotation: false },
  },
  // Weak and overlapping boxes are kept: the vote over views decides.
  object: { enabled: true, minConfidence: 0.15, iouThreshold: 0.9, maxDetected: 100 },
};

let shared: Promise<HumanRuntime> | undefined;

/** Loads the models once per process: TensorFlow.js keeps its backend and its loaders in globals. */
export function loadHuman(): Promise<HumanRuntime> {
  shared ??= createRuntime().catch((thrown: unknown) => {
    shared = undefined;
    throw thrown;
  });
  return shared;
}

async function createRuntime(): Promise<HumanRuntime> {
  const require = createRequire(import.meta.url);
  // The CommonJS copy, since that is the one which Human itself requires and registers its backend with.
  const tf: TensorFlow = require("@tensorflow/tfjs-core");
  tf.io.registerLoadRouter(fileRouter(tf));
  const folder = dirname(require.resolve("@vladmandic/human"));
  // By path: the package's export map has no valid name for this build.
  const library: { Human: new (config: object) => HumanLibrary } = require(join(folder, "human.node-wasm.js"));
  const human = new library.Human({
    ...config,
    wasmPath: `${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`,
    modelBasePath: pathToFileURL(join(folder, "../models/")).href,
  });
  await human.load();

  const detect = inTurn(async ({ pixels, size }: Square, what: "object" | "face") => {
    const tensor = tf.tensor3d(pixels, [size, size, 3], "int32");
    try {
      const wanted = { object: { enabled: what === "object" }, face: { enabled: what === "face" } };
      const result = resultSchema.parse(await human.detect(tensor, wanted));
      if ("error" in result) throw new Error(result.error);
      return result;
    } finally {
      tensor.dispose();
    }
  });

  return {
    detectObjects: async (square) =>
      (await detect(square, "object")).object.map(({ label, score, boxRaw }) => ({ label, score, box: boxRaw })),
    detectFaces: async (square) =>
      (await detect(square, "face")).face.map(({ boxScore, faceScore, boxRaw }) => ({
        label: FACE,
        score: (boxScore + faceScore) / 2,
        detectorScore: boxScore,
        meshScore: faceScore,
        box: boxRaw,
      })),
  };
}

/** TensorFlow.js has no loader for files without its native Node package. Refuses all else, so that nothing is fetched. */
function fileRouter(tf: TensorFlow): LoadRouter {
  const load = async (url: string) => {
    const file = fileURLToPath(url);
    const json: ModelJson = JSON.parse(await readFile(file, "utf8"));
    return await tf.io.getModelArtifactsForJSON(json, async (manifest) => {
      const paths = manifest.flatMap((group) => group.paths);
      const parts = await Promise.all(paths.map(async (path) => await readFile(join(dirname(file), path))));
      const { buffer } = Uint8Array.from(Buffer.concat(parts));
      return [manifest.flatMap((group) => group.weights), buffer];
    });
  };
  return (url) => {
    if (typeof url === "string" && url.startsWith("file:")) return { load: async () => await load(url) };
    throw new Error(`Only local models are read, not ${String(url)}.`);
  };
}

/** One call at a time: Human keeps its configuration and its caches in the instance. */
function inTurn<Arguments extends unknown[], Result>(
  work: (...parameters: Arguments) => Promise<Result>,
): (...parameters: Arguments) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (...parameters) => {
    const next = last.then(async () => await work(...parameters));
    last = next.catch(() => undefined);
    return next;
  };
}
