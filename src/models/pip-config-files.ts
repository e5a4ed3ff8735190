/** Where pip's configuration may lie on this machine. */
import { devNull, homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";

/**
 * Absolute paths, whether there are such files or not; what a later one says counts.
 * https://pip.pypa.io/en/stable/topics/configuration/#location
 * @param given the environment
 */
export function pipConfigFiles(given: Readonly<Record<string, string | undefined>>): readonly string[] {
  const own = given["PIP_CONFIG_FILE"];
  if (own !== undefined && resolve(own) === resolve(devNull)) return [];
  const home = homedir();
  const library = "Library/Application Support/pip/pip.conf";
  const shared = (given["XDG_CONFIG_DIRS"] ?? "/etc/xdg")
    .split(delimiter)
    .map((folder) => join(folder, "pip/pip.conf"));
  const forAll = {
    win32: [join(given["ProgramData"] ?? "C:/ProgramData", "pip/pip.ini")],
    darwin: [join("/", library)],
    other: [...shared, "/etc/pip.conf"],
  };
  const forMe = {
    win32: [join(home, "pip/pip.ini"), join(given["APPDATA"] ?? home, "pip/pip.ini")],
    darwin: [join(home, ".pip/pip.conf"), join(home, ".config/pip/pip.conf"), join(home, library)],
    other: [join(home, ".pip/pip.conf"), join(given["XDG_CONFIG_HOME"] ?? join(home, ".config"), "pip/pip.conf")],
  };
  const { platform } = process;
  const system = platform === "win32" || platform === "darwin" ? platform : "other";
  const environment = given["VIRTUAL_ENV"];
  return [
    ...forAll[system],
    ...(own === undefined ? forMe[system] : []),
    ...(environment === undefined ? [] : [join(environment, system === "win32" ? "pip.ini" : "pip.conf")]),
    ...(own === undefined ? [] : [resolve(own)]),
  ];
}
