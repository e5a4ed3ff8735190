import { TuttiError } from "../errors.ts";

/** @throws TuttiError `unsupported-media` for a type that is none of `wanted`, which may hold some as `image/*` */
export function assertType(given: string | null, wanted: readonly string[], host: string): void {
  const type = (given ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const fits = wanted.some((one) => one === type || (one.endsWith("/*") && type.startsWith(one.slice(0, -1))));
  if (fits) return;
  const said = /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : "something without a type";
  throw new TuttiError("unsupported-media", `${host} sends ${said}, not ${wanted.join(" or ")}`);
}
