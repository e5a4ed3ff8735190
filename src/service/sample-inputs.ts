/** Inputs for the trial call of an expert: those that its registration gives, or made up by their types. */
import { Readable } from "node:stream";
import { z } from "zod";
import { TuttiError } from "../errors.ts";
import type { InputSpec, TaskSpec } from "../registry/task-spec.ts";
import type { Binding } from "../run/plan-node.ts";
import { isAssetType, valueSchema, type ValueType } from "../run/value.ts";
import type { Upload } from "../tutti.ts";
import type { Asset } from "../assets/asset.ts";
import { sampleFile } from "./sample-files.ts";

const fileSchema = z.strictObject({ data: z.base64(), name: z.string().optional(), mediaType: z.string().optional() });

export interface SampleOptions {
  readonly task: TaskSpec;
  /** By name of the input, as plain JSON; files as `{data: base64, name}`. */
  readonly given?: Readonly<Record<string, unknown>> | undefined;
  readonly upload: (file: Pick<Upload, "bytes" | "name">) => Promise<Asset>;
}

export interface Sample {
  readonly inputs: Readonly<Record<string, Binding>>;
  readonly assets: readonly Asset[];
}

/** @throws TuttiError `invalid-request` where an input is not of its type, or can't be made up */
export async function sampleInputs({ task, given, upload }: SampleOptions): Promise<Sample> {
  const assets: Asset[] = [];
  const keep = async (bytes: Uint8Array, name: string): Promise<Binding> => {
    const asset = await upload({ bytes: Readable.from([bytes]), name });
    assets.push(asset);
    return { asset: asset.id };
  };

  async function bind(type: ValueType, raw: unknown, what: string): Promise<Binding> {
    if (typeof type === "object") {
      const items = z.array(z.unknown()).safeParse(raw);
      if (!items.success) throw wrong(what, "is a list");
      return { list: await Promise.all(items.data.map((item, index) => bind(type.list, item, `${what}[${index}]`))) };
    }
    if (isAssetType(type)) {
      const file = fileSchema.safeParse(raw);
      if (!file.success) throw wrong(what, 'is a file: {"data": base64, "name": "..."}');
      return keep(Buffer.from(file.data.data, "base64"), file.data.name ?? what);
    }
    const value = valueSchema.safeParse({ type, value: raw });
    if (!value.success) throw wrong(what, `is of type ${type}`);
    return { value: value.data };
  }

  async function makeUp({ type, slot }: InputSpec, what: string): Promise<Binding> {
    if (typeof type === "object") return { list: [await makeUp({ type: type.list, description: "" }, what)] };
    const file = isAssetType(type) ? await sampleFile(type) : undefined;
    if (file) return keep(file.bytes, file.name);
    if (isAssetType(type)) throw wrong(what, `can't be made up; give a ${type}`);
    return bind(type, isNumber(type) ? (slot === "angle" ? 90 : 64) : madeUp(type, slot), what);
  }

  const unknown = Object.keys(given ?? {}).find((name) => !Object.hasOwn(task.inputs, name));
  if (unknown !== undefined) {
    throw new TuttiError(
      "invalid-request",
      `sample.${unknown}: ${task.id} takes ${Object.keys(task.inputs).join(", ")}`,
    );
  }
  const inputs: Record<string, Binding> = {};
  for (const [name, spec] of Object.entries(task.inputs)) {
    const raw = given && Object.hasOwn(given, name) ? given[name] : undefined;
    if (raw !== undefined) inputs[name] = await bind(spec.type, raw, `sample.${name}`);
    else if (spec.optional !== true) inputs[name] = await makeUp(spec, `sample.${name}`);
  }
  return { inputs, assets };
}

const isNumber = (type: ValueType): boolean => type === "number";

const PASSAGE =
  "The boat left the harbour at dawn. By noon the wind had turned, and the crew of five decided to go back to Lisbon.";

function madeUp(type: ValueType, slot: InputSpec["slot"]): unknown {
  switch (type) {
    case "boolean":
      return true;
    case "json":
      return {};
    case "boxes":
      return [{ label: "circle", score: 0.9, box: { xmin: 40, ymin: 40, xmax: 140, ymax: 140 } }];
    case "labels":
      return [{ label: "circle", score: 0.9 }];
    case "table":
      return { columns: ["name", "count"], rows: [["boat", "1"]] };
    case "embedding":
      return { space: "sample", vector: [1, 0] };
    default:
      return textFor(slot);
  }
}

function textFor(slot: InputSpec["slot"]): string {
  switch (slot) {
    case "question":
      return "What is this about?";
    case "label":
      return "circle";
    case "labels":
      return "boat, circle, letter";
    case "language":
      return "German";
    case "instruction":
      return "Describe it.";
    default:
      return PASSAGE;
  }
}

function wrong(what: string, is: string): TuttiError {
  return new TuttiError("invalid-request", `${what} ${is}`);
}
