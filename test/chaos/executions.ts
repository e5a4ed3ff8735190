/** The log of executions: a line for each, from whatever process it ran in. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const executionSchema = z.object({
  /** See `executionKey`. */
  key: z.string(),
  /** When it began, epoch milliseconds. */
  at: z.number(),
  /** The process that ran it, and the one that wanted it. */
  host: z.number(),
  worker: z.number(),
});
export type Execution = z.infer<typeof executionSchema>;

export function executionsFile(folder: string): string {
  return join(folder, "executions.jsonl");
}

export function readExecutions(folder: string): readonly Execution[] {
  const file = executionsFile(folder);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line) => (line === "" ? [] : [executionSchema.parse(JSON.parse(line))]));
}
