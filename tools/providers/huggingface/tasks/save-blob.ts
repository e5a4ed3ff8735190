import { TuttiError } from "../../../../src/errors.ts";
import type { OutputFile } from "../../../define-expert.ts";
import { saveFile } from "../../values/save-file.ts";

/** @throws TuttiError `expert-failed` for what is no file: the library hands on whatever came where bytes are expected */
export async function saveBlob(given: unknown, output: string, scratch: string): Promise<OutputFile> {
  if (!(given instanceof Blob)) throw new TuttiError("expert-failed", `the answer holds no ${output}`);
  return saveFile(await given.bytes(), { scratch, output, mediaType: given.type });
}
