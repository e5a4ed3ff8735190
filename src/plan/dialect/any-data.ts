/** Looks into data of unknown shape. */

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(data: unknown): data is Fields {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

/** The first of these own fields that is there. */
export function fieldOf(data: Fields, ...names: readonly string[]): unknown {
  const name = names.find((one) => Object.hasOwn(data, one) && data[one] !== null);
  return name === undefined ? undefined : data[name];
}

/** A list as it is; nothing for nothing; one thing as a list of it. */
export function listOf(data: unknown): readonly unknown[] {
  if (Array.isArray(data)) return data;
  return data === undefined || data === null ? [] : [data];
}
