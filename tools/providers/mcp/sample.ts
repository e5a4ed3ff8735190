/** Inputs for a trial call, where made-up ones would be refused. Pure. */
import type { Port } from "./ports.ts";

/** Undefined where any will do. */
export function sampleOf(ports: readonly Port[]): Record<string, unknown> | undefined {
  const entries = ports.flatMap(({ name, spec, choices, schema }) => {
    if (spec.optional === true) return [];
    const { examples = [], minimum, maximum } = schema;
    const value =
      spec.type === "text"
        ? (choices?.[0] ?? examples.find((one) => typeof one === "string"))
        : spec.type === "number"
          ? (examples.find((one) => typeof one === "number") ?? minimum ?? maximum)
          : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
