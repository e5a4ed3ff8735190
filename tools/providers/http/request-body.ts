/** Calls -> the body of a request: plain JSON, or a form where files are too large for that. */
import { readFile, stat } from "node:fs/promises";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import type { FetchBody } from "../../../src/net/outgoing.ts";
import { encodeInputs, filesAmong, type EncodeFile } from "../values/encode-inputs.ts";
import { formOf, type FilePart } from "./form.ts";

export interface RequestBody {
  readonly contentType: string;
  readonly body: FetchBody;
}

export type Inputs = Readonly<Record<string, unknown>>;

/** Makes the body, anew for each request: a form is a stream, and is sent once. */
export type MakeBody = () => Promise<RequestBody>;

/** A call alone: `{task, inputs}`. */
export function singleBody(task: TaskSpec, inputs: Inputs, inlineBytes: number): MakeBody {
  const files = filesAmong(task, inputs).map(({ file, at }) => ({ file, part: at }));
  return bodyMaker(files, inlineBytes, (encode) => ({ task: task.id, inputs: encodeInputs(task, inputs, encode) }));
}

/** Several: `{task, batch: [{inputs}]}`. */
export function batchBody(task: TaskSpec, batch: readonly Inputs[], inlineBytes: number): MakeBody {
  const files = batch.flatMap((inputs, index) =>
    filesAmong(task, inputs).map(({ file, at }) => ({ file, part: partOf(index, at) })),
  );
  return bodyMaker(files, inlineBytes, (encode) => ({
    task: task.id,
    batch: batch.map((inputs, index) => ({
      inputs: encodeInputs(task, inputs, (file, at) => encode(file, partOf(index, at))),
    })),
  }));
}

function partOf(index: number, at: string): string {
  return `batch.${index}.${at}`;
}

function bodyMaker(
  files: readonly FilePart[],
  inlineBytes: number,
  request: (encode: EncodeFile) => unknown,
): MakeBody {
  return async () => {
    const sizes = await Promise.all(files.map(async ({ file }) => (await stat(file.path)).size));
    const isInline = sizes.reduce((sum, size) => sum + size, 0) <= inlineBytes;
    if (isInline) return inline(files, request);
    return formOf(JSON.stringify(request(({ mediaType, name }, part) => ({ mediaType, name, part }))), files);
  };
}

async function inline(files: readonly FilePart[], request: (encode: EncodeFile) => unknown): Promise<RequestBody> {
  const read = await Promise.all(
    files.map(async ({ file, part }) => [part, await readFile(file.path, "base64")] as const),
  );
  const data = new Map(read);
  const json = request(({ mediaType, name }, part) => ({ mediaType, name, data: data.get(part) }));
  return { contentType: "application/json", body: JSON.stringify(json) };
}
