/** Which files of weights are needed, and in which precision: of those that there are. Pure. */
import { TuttiError } from "../../../src/errors.ts";
import { dtypes, dtypeSuffixes, type Dtype, type TransformersSettings } from "./settings.ts";

export interface WeightsPlan {
  /** By the names of the files without suffix: `{"encoder_model": "q8"}`. */
  readonly dtypes: Readonly<Record<string, Dtype>>;
  /** Inside the model's folder, external data included. */
  readonly files: readonly string[];
}

export interface WeightsWanted {
  /** For messages. */
  readonly model: string;
  /** Names of the files that are run, without suffix: `encoder_model`. */
  readonly bases: readonly string[];
  /** What the settings say: nothing else will do. */
  readonly dtype?: TransformersSettings["dtype"];
  /** What the model's maker says: taken where it is there. */
  readonly recommended?: TransformersSettings["dtype"];
  readonly device: "cpu" | "cuda";
  /** All files that there are. */
  readonly there: readonly string[];
}

/** What is best on each device goes first; what it only can do goes last. */
const preferred: Readonly<Record<WeightsWanted["device"], readonly Dtype[]>> = {
  cpu: ["q8", "int8", "uint8", "fp32", "q4", "bnb4", "fp16", "q4f16"],
  cuda: ["fp16", "fp32", "q4f16", "q4", "q8"],
};

/** @throws TuttiError `expert-unavailable` where the model has no such weights, telling which it has */
export function planFiles({ model, bases, dtype, recommended, device, there }: WeightsWanted): WeightsPlan {
  const files = new Set(there);
  const chosen = bases.map((base) => {
    const has = dtypes.filter((one) => files.has(fileOf(base, one)));
    const asked = dtypeFor(base, dtype);
    const advised = dtypeFor(base, recommended);
    const order = asked === undefined ? [advised, ...preferred[device], ...dtypes] : [asked];
    const found = order.find((one) => one !== undefined && has.includes(one));
    if (found !== undefined) return [base, found] as const;
    const what = `${model} has no onnx/${base}.onnx${asked === undefined ? "" : ` in ${asked}`}`;
    const instead = has.length > 0 ? `; it has it in ${has.join(", ")}` : ": it is not made for Transformers.js";
    throw new TuttiError("expert-unavailable", what + instead);
  });
  return {
    dtypes: Object.fromEntries(chosen),
    files: chosen.flatMap(([base, one]) => there.filter((file) => isPartOf(file, fileOf(base, one)))),
  };
}

/** The names without suffix in what the library lists for full precision. */
export function basesAmong(files: readonly string[]): readonly string[] {
  return files.flatMap((file) => /^onnx\/(.+)\.onnx$/.exec(file)?.[1] ?? []);
}

function dtypeFor(base: string, given: TransformersSettings["dtype"]): Dtype | undefined {
  return typeof given === "string" ? given : given?.[base];
}

function fileOf(base: string, dtype: Dtype): string {
  return `onnx/${base}${dtypeSuffixes[dtype]}.onnx`;
}

/** Large weights lie beside their graph: `model.onnx_data`, `model.onnx_data_1`. */
function isPartOf(file: string, graph: string): boolean {
  return file === graph || (file.startsWith(`${graph}_data`) && /^(?:_\d+)?$/.test(file.slice(graph.length + 5)));
}
