/** Below that it would be found in words that mean something else. */
const SHORTEST = 6;

/**
 * Takes secrets out of what an expert says, which may well repeat what it was sent: whole, and each word of them
 * (`Bearer TOKEN`).
 */
export function redactor(secrets: Readonly<Record<string, string>>): (text: string) => string {
  const parts = new Set(
    Object.values(secrets)
      .flatMap((secret) => [secret, ...secret.split(/\s+/)])
      // As they stand in JSON, too.
      .flatMap((part) => [part, JSON.stringify(part).slice(1, -1)])
      .filter((part) => part.length >= SHORTEST),
  );
  const longestFirst = [...parts].toSorted((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((rest, part) => rest.replaceAll(part, "[secret]"), text);
}
