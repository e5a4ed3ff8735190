import type { JsonBody } from "./adapt-body.ts";
import type { OpenaiSettings } from "./settings.ts";

/** The request's fields and what the settings add: those that are not given or null are left out. */
export function withExtra({ extra }: Pick<OpenaiSettings, "extra">, fields: JsonBody): JsonBody {
  const all = Object.entries({ ...fields, ...extra });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined && value !== null));
}
