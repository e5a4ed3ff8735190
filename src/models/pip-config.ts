/** Which Python package index this machine uses, by pip's own configuration: read as data, pip need not be there. */
import { readFile } from "node:fs/promises";

const PYPI = "https://pypi.org/simple";

/** What a later section says counts, wherever it stands. */
const SECTIONS = ["global", "install", "download"];

/**
 * The index that pip would download from; undefined where its configuration forbids every index.
 * @param files where its configuration may lie; what a later one says counts
 */
export async function indexInPipFiles(files: readonly string[]): Promise<string | undefined> {
  const settings = new Map<string, string>();
  for (const file of files) {
    // One that can't be read is passed over, as pip does.
    const text = await readFile(file, "utf8").catch(() => "");
    for (const [name, value] of settingsIn(text)) settings.set(name, value);
  }
  const setting = (option: string): string | undefined =>
    SECTIONS.map((section) => settings.get(`${section}.${option}`)).findLast((value) => value !== undefined);
  if (/^(?:1|on|t|true|y|yes)$/i.test(setting("no-index") ?? "")) return undefined;
  return setting("index-url") ?? PYPI;
}

/** `section.option` and value of each setting, after Python's configparser: a value may go on in indented lines. */
function settingsIn(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  let section = "";
  let current: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;].*)?$/.test(line)) continue;
    if (/^\s/.test(line) && current !== undefined) {
      settings.set(current, `${settings.get(current) ?? ""}\n${line.trim()}`.trim());
      continue;
    }
    const heading = /^\[([^\]]+)\]/.exec(line);
    const pair = /^(?:--)?([^=:]+?)\s*[=:]\s*(.*)$/.exec(line.trim());
    current = undefined;
    if (heading) section = heading[1] ?? "";
    else if (pair) {
      current = `${section}.${(pair[1] ?? "").toLowerCase().replaceAll("_", "-")}`;
      settings.set(current, (pair[2] ?? "").trim());
    }
  }
  return settings;
}
