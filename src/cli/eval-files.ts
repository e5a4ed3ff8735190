/** Reads the files that `tutti eval` is given. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { asTuttiError, TuttiError } from "../errors.ts";

/** @throws TuttiError `invalid-request` naming the option. */
export async function readInput(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const why = asTuttiError(error).message;
    throw new TuttiError("invalid-request", `${option}: ${path} can't be read (${why})`, { cause: error });
  }
}

/** @throws TuttiError `invalid-request` naming the option, for what can't be read or is of another shape. */
export async function readInputAs<T>(option: string, path: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readInput(option, path);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    const why = asTuttiError(error).message;
    throw new TuttiError("invalid-request", `${option}: ${path} is not JSON (${why})`, { cause: error });
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new TuttiError("invalid-request", `${option}: ${path}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
}
