import { createHash } from "node:crypto";

const LONGEST = 150;

/**
 * `huggingface/OWNER/NAME`. What no id may hold becomes a hyphen; then, and where it is cut, some digits of a hash keep
 * it apart from others.
 */
export function expertIdOf(model: string): string {
  const safe = model
    .normalize("NFKC")
    .replaceAll(/[^A-Za-z0-9._/-]+/g, "-")
    // No part is empty or a step in a path.
    .split("/")
    .map((part) => part.replace(/^\.+$/, "-"))
    .filter((part) => part !== "")
    .join("/")
    .slice(0, LONGEST);
  if (safe === model && safe !== "") return `huggingface/${safe}`;
  const hash = createHash("sha256").update(model).digest("hex").slice(0, 8);
  return `huggingface/${safe === "" ? "" : `${safe}-`}${hash}`;
}
