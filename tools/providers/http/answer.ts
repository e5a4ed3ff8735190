/** The answer to a call -> outputs. */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import type { Fetched } from "../../../src/net/guarded-fetch.ts";
import { readText } from "../../../src/net/read-fetched.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { isAssetType } from "../../../src/run/value.ts";
import { decodeOutputs, type DecodeFile } from "../values/decode-outputs.ts";
import { parseForeignJson } from "../values/foreign-json.ts";
import { saveFile } from "../values/save-file.ts";
import type { Connection } from "./connection.ts";
import { fetchFault, toldFault } from "../remote/faults.ts";
import { toldError } from "./told-error.ts";

type Outputs = Record<string, unknown>;

/** Of one call. */
export interface Destination {
  readonly task: TaskSpec;
  readonly scratch: string;
  readonly decodeFile: DecodeFile;
}

const answerSchema = z.object({ outputs: z.record(z.string(), z.unknown()) });
const failureSchema = z.object({ error: z.union([z.string(), z.looseObject({})]) });
const batchSchema = z.object({ batch: z.array(z.unknown()) });

/** `{outputs}`, `{error}`, or the bytes of the only output. @throws TuttiError */
export async function readAnswer(connection: Connection, fetched: Fetched, destination: Destination): Promise<Outputs> {
  const { task, scratch } = destination;
  const mediaType = fetched.headers.get("content-type");
  const output = onlyFile(task);
  if (output === undefined || mediaType === null || isJson(mediaType)) {
    return outputsIn(connection, await readForeign(connection, fetched), destination);
  }
  try {
    return { [output]: await saveFile(fetched.body, { scratch, output, mediaType }) };
  } catch (error) {
    throw fetchFault(error);
  }
}

/** `{batch: [{outputs} | {error}]}`; what is wrong with one is no matter of the others. @throws TuttiError */
export async function readBatchAnswer(
  connection: Connection,
  fetched: Fetched,
  destinations: readonly Destination[],
): Promise<(Outputs | Error)[]> {
  const answer = await readForeign(connection, fetched);
  assertNoFailure(connection, answer);
  const batch = batchSchema.safeParse(answer).data?.batch;
  if (batch?.length !== destinations.length) {
    const found = batch ? `${batch.length} answers` : "no list called batch";
    throw new TuttiError("expert-failed", `${connection.host} gives ${found} for ${destinations.length} calls`);
  }
  return Promise.all(
    destinations.map((destination, index) =>
      outputsIn(connection, batch[index], destination).catch((error: unknown) => fetchFault(error)),
    ),
  );
}

async function outputsIn(connection: Connection, answer: unknown, destination: Destination): Promise<Outputs> {
  assertNoFailure(connection, answer);
  const parsed = answerSchema.safeParse(answer);
  if (parsed.success) return decodeOutputs(destination.task, parsed.data.outputs, destination.decodeFile);
  throw new TuttiError("expert-failed", `${connection.host} answers without an object called outputs`);
}

/** @throws TuttiError as the expert tells it */
function assertNoFailure({ host, redact }: Connection, answer: unknown): void {
  if (!failureSchema.safeParse(answer).success) return;
  const told = toldError(answer, redact) ?? {};
  throw toldFault(`${host} says: ${told.message ?? "it failed"}`, told);
}

async function readForeign({ host, redact }: Connection, fetched: Fetched): Promise<unknown> {
  const text = await readText(fetched).catch((error: unknown) => {
    throw fetchFault(error);
  });
  const mediaType = fetched.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  const isNamed = /^[\w.+-]+\/[\w.+-]+$/.test(mediaType) && !isJson(mediaType);
  return parseForeignJson(redact(text), `the answer of ${host}${isNamed ? ` (${mediaType})` : ""}`);
}

function isJson(mediaType: string): boolean {
  return /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(mediaType.trim());
}

/** Its name, where a file is all that the task gives. */
function onlyFile({ outputs }: TaskSpec): string | undefined {
  const [first, ...rest] = Object.entries(outputs);
  return first && rest.length === 0 && isAssetType(first[1].type) ? first[0] : undefined;
}
