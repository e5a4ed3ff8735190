/** Which Node can run Tutti. Plain JavaScript, as everything that must also run on an older Node (18 or newer). */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** As people are told it; the exact rule is {@link fits}. */
export const WANTED_NODE = "22.18";

/**
 * Whether this version runs TypeScript directly and has `node:sqlite`, both without a flag. Among the 23s, which were
 * never supported for long, both came with 23.6.
 * @param {string} version such as `v24.21.0`
 */
export function fits(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  if (major === 22) return minor >= 18;
  return major === 23 ? minor >= 6 : major > 23;
}

/**
 * The Node that the npm package `node` brings along; undefined where it is not installed.
 * @param {string} root folder of Tutti's package.json
 * @returns {string | undefined}
 */
export function bundledNode(root) {
  try {
    const manifest = createRequire(path.join(root, "package.json")).resolve("node/package.json");
    const binary = path.join(path.dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}
