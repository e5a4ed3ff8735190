/** Where the prompts lie, and reading them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { asTuttiError, TuttiError } from "../errors.ts";
import { parsePrompt, type Prompt, type PromptParameters } from "./prompt.ts";

/** A build lies one folder deeper than the source. */
const ROOT = join(import.meta.dirname, import.meta.filename.endsWith(".ts") ? "../.." : "../../..");
export const PROMPTS_FOLDER = join(ROOT, "prompts");

/** Reads `NAME.md`. @throws TuttiError `misconfigured` */
export async function readPrompt<const Parameters extends PromptParameters>(
  name: string,
  parameters: Parameters,
  folder = PROMPTS_FOLDER,
): Promise<Prompt<Parameters>> {
  const file = join(folder, `${name}.md`);
  return parsePrompt(`${name}.md`, await readPromptFile(file), parameters);
}

/** @throws TuttiError `misconfigured` where it can't be read */
export async function readPromptFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new TuttiError("misconfigured", `prompt ${file} can't be read: ${asTuttiError(error).message}`, {
      cause: error,
    });
  }
}
