/** Inputs as an expert's function takes them -> plain JSON, by the types of the task. */
import { z } from "zod";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { own } from "../../../src/run/state.ts";
import { isAssetType, type ValueType } from "../../../src/run/value.ts";
import type { InputFile } from "../../define-expert.ts";

const inputFileSchema = z.object({ path: z.string(), mediaType: z.string(), name: z.string() });

/** A file among the inputs, and where: `image`, or `images.0` for the first of a list. */
export interface FileAt {
  readonly file: InputFile;
  readonly at: string;
}

/** What stands for a file in the JSON. */
export type EncodeFile = (file: InputFile, at: string) => unknown;

/** Data is JSON already and goes as it is; inputs that are not given are left out. */
export function encodeInputs(
  task: TaskSpec,
  inputs: Readonly<Record<string, unknown>>,
  encodeFile: EncodeFile,
): Record<string, unknown> {
  const given = Object.entries(task.inputs).flatMap(([name, { type }]) => {
    const value = own(inputs, name);
    return value === undefined ? [] : [[name, encode(type, value, name, encodeFile)] as const];
  });
  return Object.fromEntries(given);
}

/** All files among the inputs, in the order in which they are encoded. */
export function filesAmong(task: TaskSpec, inputs: Readonly<Record<string, unknown>>): FileAt[] {
  const files: FileAt[] = [];
  encodeInputs(task, inputs, (file, at) => files.push({ file, at }));
  return files;
}

function encode(type: ValueType, value: unknown, at: string, encodeFile: EncodeFile): unknown {
  if (typeof type !== "string") {
    const items = z.array(z.unknown()).parse(value);
    return items.map((item, index) => encode(type.list, item, `${at}.${index}`, encodeFile));
  }
  return isAssetType(type) ? encodeFile(inputFileSchema.parse(value), at) : value;
}
