/** Looks up the secrets of a registration that stand in the environment. */
import { TuttiError } from "../errors.ts";
import type { Secret } from "./registration.ts";

/**
 * @param owner named in the error
 * @throws TuttiError `expert-unavailable` where a variable is not set
 */
export function resolveSecrets(
  owner: string,
  secrets: Readonly<Record<string, Secret>>,
  lookUp: (variable: string) => string | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, secret]) => {
      const value = typeof secret === "string" ? secret : lookUp(secret.env);
      if (value !== undefined) return [name, value];
      const variable = typeof secret === "string" ? name : secret.env;
      const message = `${owner}: the variable ${variable} is not set where it runs; set it`;
      throw new TuttiError("expert-unavailable", message);
    }),
  );
}
