/** The loose types of card fields, made one: people write YAML by hand. */

/** One text, the first of several, or none. */
export function oneText(given: unknown): string | undefined {
  const first: unknown = Array.isArray(given) ? given[0] : given;
  return typeof first === "string" && first.trim() !== "" ? first.trim() : undefined;
}

/** Texts, one of them, or none. YAML reads the code of Norwegian as `false`. */
export function texts(given: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  return all.flatMap((item) => {
    if (item === false) return ["no"];
    return typeof item === "string" && item.trim() !== "" ? [item.trim()] : [];
  });
}

/** Not below 0. */
export function count(given: unknown): number {
  return typeof given === "number" && Number.isFinite(given) && given > 0 ? given : 0;
}
