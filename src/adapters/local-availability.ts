/** Finds out whether what an expert needs is on this machine. */
import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { ExpertCard } from "../registry/expert-card.ts";

/** Why an expert can't work here, with the fix; undefined where it can. */
export async function whyUnavailable(
  { needs, fix }: Pick<ExpertCard, "needs" | "fix">,
  searchPath: string,
): Promise<string | undefined> {
  const packages = (needs?.packages ?? []).filter((name) => !isInstalled(name)).map((name) => `the package ${name}`);
  const commands: string[] = [];
  for (const command of needs?.commands ?? []) {
    if (!(await isOnPath(command, searchPath))) commands.push(`the command ${command}`);
  }
  const missing = [...packages, ...commands];
  if (missing.length === 0) return undefined;
  return `needs ${missing.join(" and ")}${fix === undefined ? "" : `. ${fix}`}`;
}

/** Resolving finds the package without running any of it; one that exports only files of its own is there, too. */
function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
  }
}

async function isOnPath(command: string, searchPath: string): Promise<boolean> {
  // An empty entry would mean the folder that somebody happens to stand in.
  for (const folder of searchPath.split(delimiter).filter((entry) => entry !== "")) {
    const file = join(folder, command);
    try {
      await access(file, constants.X_OK);
      if ((await stat(file)).isFile()) return true;
    } catch {
      // Not in this folder.
    }
  }
  return false;
}
