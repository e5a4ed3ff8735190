/** How a version of an expert is named: `acme/receipt-ocr@2`. Ids have no @. */
import type { ChosenExpert } from "../run/events.ts";

export function nameOf({ id, version }: ChosenExpert): string {
  return `${id}@${version}`;
}

/** Without a version, whichever is in use is meant. */
export function parseExpertName(name: string): { readonly id: string; readonly version?: string } {
  const at = name.indexOf("@");
  return at === -1 ? { id: name } : { id: name.slice(0, at), version: name.slice(at + 1) };
}
