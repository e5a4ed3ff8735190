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
  return parseAs(await readInput(option, path), `${option}: ${path}`, schema);
}

/** @param where for the message. @throws TuttiError `invalid-request` */
export function parseAs<T>(text: string, where: string, schema: z.ZodType<T>): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new TuttiError("invalid-request", `${where} is not JSON (${asTuttiError(error).message})`, { cause: error });
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new TuttiError("invalid-request", `${where}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
}
