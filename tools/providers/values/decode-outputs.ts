/** Plain JSON -> outputs as an expert's function returns them, by the types of the task. */
import { TuttiError } from "../../../src/errors.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { own } from "../../../src/run/state.ts";
import { isAssetType, type ValueType } from "../../../src/run/value.ts";
import type { OutputFile } from "../../define-expert.ts";
import { decodeData, decodeList } from "./decode-data.ts";

/** Each costs a file, and often a request. */
const MAX_FILES = 256;

/** Makes a file of whatever stands for it in the JSON, in the scratch folder; `output` is the name of the output. */
export type DecodeFile = (given: unknown, output: string) => Promise<OutputFile>;

interface FoundFile {
  readonly given: unknown;
  readonly output: string;
  made?: OutputFile;
}

/**
 * All is checked before the first file is made. Outputs that the task has not are left out.
 * @throws TuttiError `expert-failed` where an output is missing or not of its type, and what `decodeFile` throws
 */
export async function decodeOutputs(
  task: TaskSpec,
  raw: Readonly<Record<string, unknown>>,
  decodeFile: DecodeFile,
): Promise<Record<string, unknown>> {
  const files: FoundFile[] = [];
  const decoded = Object.entries(task.outputs).map(([output, { type }]) => {
    const value = own(raw, output);
    if (value === undefined) throw new TuttiError("expert-failed", `output ${output} of ${task.id} is missing`);
    return [output, decode(type, value, `output ${output} of ${task.id}`, output, files)] as const;
  });
  if (files.length > MAX_FILES) {
    throw new TuttiError("expert-failed", `there are ${files.length} files in one result, above ${MAX_FILES}`);
  }
  for (const file of files) file.made = await decodeFile(file.given, file.output);
  return Object.fromEntries(decoded.map(([output, finish]) => [output, finish()]));
}

/** What it gives is called when the files are there. */
function decode(type: ValueType, raw: unknown, what: string, output: string, files: FoundFile[]): () => unknown {
  if (typeof type !== "string") {
    const items = decodeList(raw, what, (item, at) => decode(type.list, item, at, output, files));
    return () => items.map((finish) => finish());
  }
  if (!isAssetType(type)) {
    const value = decodeData(type, raw, what);
    return () => value;
  }
  const file: FoundFile = { given: raw, output };
  files.push(file);
  return () => file.made;
}
