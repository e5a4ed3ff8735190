/** Lists of runs as queries; each has its index, but for what is filtered out on the way. */
import type { HeadFilter } from "../../ports/run-store.ts";
import type { Parameter } from "./run-store-statements.ts";

export function headQuery({ tenant, active, createdBefore, deadlineBefore, limit = 100 }: HeadFilter): {
  readonly query: string;
  readonly parameters: readonly Parameter[];
} {
  const conditions = ["TRUE"];
  const parameters: Parameter[] = [];
  // Written out, not bound: only then does SQLite see that an index of the active runs will do.
  if (deadlineBefore !== undefined) conditions.push("active = 1");
  else if (active !== undefined) conditions.push(`active = ${Number(active)}`);
  const bound: readonly (readonly [condition: string, value: Parameter | undefined])[] = [
    ["tenant = ?", tenant],
    ["created_at < ?", createdBefore],
    ["deadline_at < ?", deadlineBefore],
  ];
  for (const [condition, value] of bound) {
    if (value === undefined) continue;
    conditions.push(condition);
    parameters.push(value);
  }
  const order = deadlineBefore === undefined ? "created_at DESC, run_id DESC" : "deadline_at, run_id";
  const query = `SELECT json FROM heads WHERE ${conditions.join(" AND ")} ORDER BY ${order} LIMIT ?`;
  return { query, parameters: [...parameters, limit] };
}
