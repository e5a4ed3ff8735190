/** A file that an expert made elsewhere, put into the scratch folder of the call. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspectFile } from "../../../src/assets/inspect-file.ts";
import { safeName } from "../../../src/assets/safe-name.ts";
import { TuttiError } from "../../../src/errors.ts";
import type { OutputFile } from "../../define-expert.ts";

const extensions: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "audio/mpeg": "mp3",
  "audio/mp4": "m4a",
  "video/quicktime": "mov",
  "text/plain": "txt",
  "text/markdown": "md",
};

export interface FileDetails {
  /** Of the call. */
  readonly scratch: string;
  /** The output that it is. */
  readonly output: string;
  /** As its maker calls it. @default the output's name, with the extension of what it is */
  readonly name?: string | undefined;
  /** As its maker says. Only among kinds of text it decides; what other files are, their bytes say. */
  readonly mediaType?: string | null | undefined;
}

/**
 * The name from outside is never a path.
 * @throws TuttiError `expert-failed` for what is no file that Tutti keeps, and whatever the content throws
 */
export async function saveFile(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  { scratch, output, name, mediaType }: FileDetails,
): Promise<OutputFile> {
  const path = join(scratch, randomUUID());
  const given = name === undefined ? undefined : safeName(name);
  await writeFile(path, content);
  const declaredType = mediaType?.split(";")[0]?.trim().toLowerCase();
  const facts = await inspectFile(path, { name: given ?? output, ...(declaredType && { declaredType }) }).catch(
    (error: unknown) => {
      if (!(error instanceof TuttiError)) throw error;
      throw new TuttiError("expert-failed", `output ${output} can't be used: ${error.message}`, { cause: error });
    },
  );
  const extension = extensions[facts.mediaType] ?? facts.mediaType.split("/")[1] ?? "bin";
  return { path, mediaType: facts.mediaType, name: given ?? safeName(`${output}.${extension}`) };
}
