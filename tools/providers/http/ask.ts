/** Posts a call and judges the answer's status; an expert that is busy for a moment is asked again. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Fetched } from "../../../src/net/guarded-fetch.ts";
import { assertWanted, within, type Deadline } from "../remote/deadline.ts";
import type { Connection } from "./connection.ts";
import { statusFault } from "../remote/faults.ts";
import type { MakeBody } from "./request-body.ts";
import { toldError } from "./told-error.ts";

/** Longer ones are for the next attempt, or another expert. Seconds. */
const LONGEST_WAIT = 10;
const MAX_WAITS = 2;
/** Of an answer that tells of a fault. Bytes. */
const MAX_FAULT = 64 * 1024;

/**
 * @returns an answer with 2xx, its body not read
 * @throws TuttiError
 */
export async function ask(
  connection: Connection,
  makeBody: MakeBody,
  deadline: Deadline,
  signal: AbortSignal,
): Promise<Fetched> {
  for (let waits = 0; ; waits++) {
    const { contentType, body } = await makeBody();
    const headers = { accept: "application/json, */*;q=0.5", "content-type": contentType };
    const limits = within(deadline);
    const fetched = await connection.fetch(connection.url, { method: "POST", headers, body, signal, limits });
    if (isSuccess(fetched)) return fetched;
    const wait = retryAfter(fetched.headers);
    const isBusy = (fetched.status === 429 || fetched.status === 503) && wait !== undefined && wait <= LONGEST_WAIT;
    if (!isBusy || waits === MAX_WAITS || wait * 1000 >= deadline.left()) throw await faultOf(connection, fetched);
    fetched.close();
    await sleep(wait * 1000, undefined, { signal }).catch(() => assertWanted(signal));
  }
}

export function isSuccess({ status }: Fetched): boolean {
  return status >= 200 && status < 300;
}

/** Closes the answer. */
export async function faultOf({ host, redact }: Pick<Connection, "host" | "redact">, fetched: Fetched): Promise<Error> {
  const told = toldError(asJson(await readHead(fetched)), redact);
  return statusFault(host, fetched.status, told, retryAfter(fetched.headers));
}

/** What was not sent is not told: the status is known, and says most. */
async function readHead({ body, close }: Fetched): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_FAULT) break;
    }
  } catch {
    // As far as it came.
  }
  close();
  return bytes > MAX_FAULT ? "" : new TextDecoder().decode(Buffer.concat(chunks));
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Seconds, from a number of them or a date (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const given = headers.get("retry-after")?.trim();
  if (given === undefined || given === "") return undefined;
  const seconds = /^\d+$/.test(given) ? Number(given) : (Date.parse(given) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
