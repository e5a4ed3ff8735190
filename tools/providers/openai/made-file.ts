/** What a server made, as a file of the kind that was asked for. */
import { TuttiError } from "../../../src/errors.ts";
import type { OutputFile } from "../../define-expert.ts";
import { saveFile } from "../values/save-file.ts";
import type { Call } from "./server.ts";

/** Makes files into the scratch folder of a call. @throws TuttiError */
export type Maker = (
  inputs: Readonly<Record<string, unknown>>,
  call: Call,
  scratch: string,
) => Promise<Record<string, unknown>>;

interface Wanted {
  readonly scratch: string;
  readonly output: string;
  readonly kind: "audio" | "image";
  readonly host: string;
}

/** @throws TuttiError `expert-failed` for what is of another kind, and what the body throws */
export async function keepMade(
  made: Response | Uint8Array,
  { scratch, output, kind, host }: Wanted,
): Promise<OutputFile> {
  const content = made instanceof Response ? (made.body ?? new Uint8Array()) : made;
  const file = await saveFile(content, { scratch, output });
  if (file.mediaType.startsWith(`${kind}/`)) return file;
  throw new TuttiError("expert-failed", `${host} gives ${file.mediaType} in place of ${kind}`);
}
