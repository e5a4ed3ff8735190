/** Makes a request of words and local files. */
import { createReadStream } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { basename } from "node:path";
import { safeName } from "../assets/safe-name.ts";
import { TuttiError } from "../errors.ts";
import type { Part, RunRequest } from "../run/request.ts";
import type { Tutti } from "../tutti.ts";

/** @throws TuttiError `invalid-request` for a file that can't be read, and what an upload throws */
export async function requestFromFiles(
  tutti: Tutti,
  tenant: string,
  words: string,
  files: readonly string[],
): Promise<RunRequest> {
  const parts: Part[] = words === "" ? [] : [{ type: "text", text: words }];
  for (const file of files) {
    await assertReadable(file);
    const name = safeName(basename(file));
    const asset = await tutti.upload({ tenant, bytes: createReadStream(file), name });
    parts.push({ type: "asset", asset: asset.id, kind: asset.type, name });
  }
  return { messages: [{ role: "user", content: parts }], options: {} };
}

async function assertReadable(file: string): Promise<void> {
  const facts = await stat(file).catch(() => undefined);
  if (!facts) throw new TuttiError("invalid-request", `there is no file ${file}`);
  if (!facts.isFile()) throw new TuttiError("invalid-request", `${file} is no file`);
  const refusal = await access(file, constants.R_OK).catch((error: unknown) => error);
  if (refusal) throw new TuttiError("invalid-request", `${file} can't be read; check its permissions`);
}
