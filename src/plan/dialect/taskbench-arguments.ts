/** Reads what TaskBench's plans give as arguments: a list of texts, of `{name, value}`, or whatever came instead. */
import { fieldOf, isFields, listOf } from "./any-data.ts";

export interface RawArgument {
  readonly name?: string | undefined;
  readonly value: string;
}

const DEEPEST = 8;
const MOST = 100;

/** In their order, lists inside of lists taken apart. Nothing for what holds no value. */
export function readArguments(data: unknown): RawArgument[] {
  return [...argumentsIn(data, undefined, DEEPEST)].slice(0, MOST);
}

function argumentsIn(data: unknown, name: string | undefined, depth: number): RawArgument[] {
  if (typeof data === "string") return data.trim() === "" ? [] : [{ name, value: data }];
  if (typeof data === "number" || typeof data === "boolean") return [{ name, value: String(data) }];
  if (depth === 0) return [];
  if (Array.isArray(data)) return listOf(data.slice(0, MOST)).flatMap((one) => argumentsIn(one, name, depth - 1));
  if (!isFields(data)) return [];
  if (Object.hasOwn(data, "value")) return argumentsIn(data["value"], textOf(data["name"]) ?? name, depth - 1);
  // A name alone is most often the value, put into the wrong field.
  if (Object.hasOwn(data, "name")) return argumentsIn(fieldOf(data, "name"), name, depth - 1);
  return Object.entries(data)
    .slice(0, MOST)
    .flatMap(([key, value]) => argumentsIn(value, key, depth - 1));
}

const textOf = (data: unknown): string | undefined => (typeof data === "string" ? data : undefined);
