import { z } from "zod";
import { TuttiError } from "../../src/errors.ts";

export const fileSchema = z.object({ path: z.string(), mediaType: z.string(), name: z.string() });

/**
 * The worker has checked them by the types of the task; here they get the types of the code.
 * @throws TuttiError `bad-input`
 */
export function readInputs<T>(schema: z.ZodType<T>, inputs: unknown): T {
  const parsed = schema.safeParse(inputs);
  if (parsed.success) return parsed.data;
  throw new TuttiError("bad-input", `The inputs don't fit: ${z.prettifyError(parsed.error)}`);
}
