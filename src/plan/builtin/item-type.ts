import type { ValueType } from "../../run/value.ts";

/** What a list, or a list of lists, is in the end a list of. */
export function itemType(type: ValueType): ValueType {
  return typeof type === "string" ? type : itemType(type.list);
}
