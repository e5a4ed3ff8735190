/** Makes a request of words and local files. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { TuttiError } from "../errors.ts";
import type { Part, RunRequest } from "../run/request.ts";
import type { Tutti } from "../tutti.ts";

/** @throws TuttiError `invalid-request` for a file that is not there, and what an upload throws */
export async function requestFromFiles(
  tutti: Tutti,
  tenant: string,
  words: string,
  files: readonly string[],
): Promise<RunRequest> {
  const parts: Part[] = words === "" ? [] : [{ type: "text", text: words }];
  for (const file of files) {
    const facts = await stat(file).catch(() => undefined);
    if (!facts?.isFile()) throw new TuttiError("invalid-request", `there is no file ${file}`);
    const name = basename(file);
    const asset = await tutti.upload({ tenant, bytes: createReadStream(file), name });
    parts.push({ type: "asset", asset: asset.id, kind: asset.type, name });
  }
  return { messages: [{ role: "user", content: parts }], options: {} };
}
