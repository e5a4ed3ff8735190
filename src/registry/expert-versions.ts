/** Which of an expert's versions are in use. */
import type { ExpertEntry } from "./expert-entry.ts";

export function isListed({ record }: ExpertEntry): boolean {
  return record?.state !== "removed";
}

/**
 * The version that is in use; two where the newest takes only a share of the calls.
 * @param versions the newest first
 */
export function currentOf(versions: readonly ExpertEntry[]): readonly ExpertEntry[] {
  const inUse = versions.filter(({ record }) => record?.state !== "removed" && record?.state !== "checking");
  const [newest, before] = inUse;
  if (!newest) return [];
  return newest.record?.registration.share === undefined || !before ? [newest] : [newest, before];
}
