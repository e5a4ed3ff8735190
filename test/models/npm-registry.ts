/** A registry for npm on loopback, with packages made on the spot, and the settings by which npm uses it and nothing else. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { ServedFile } from "../fakes/file-server.ts";
import { newFolder, serve } from "./served-model.ts";

const run = promisify(execFile);

export interface MadePackage {
  readonly name: string;
  readonly version: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly manifest?: Readonly<Record<string, unknown>>;
}

export async function startNpmRegistry(packages: readonly MadePackage[]) {
  const files: Record<string, ServedFile> = {};
  const server = await serve(files);
  for (const made of packages) Object.assign(files, await served(made, server.url));
  return { ...server, files, environment: await npmEnvironment(server.url) };
}

/** As a machine that is configured to use that registry. */
export async function npmEnvironment(url: string): Promise<Readonly<Record<string, string>>> {
  const folder = await newFolder();
  const [userconfig, globalconfig] = [path.join(folder, "npmrc"), path.join(folder, "global-npmrc")];
  await writeFile(userconfig, `registry=${url}/\nfetch-retries=0\n`);
  return {
    npm_config_userconfig: userconfig,
    npm_config_globalconfig: globalconfig,
    npm_config_cache: path.join(folder, "cache"),
    npm_config_update_notifier: "false",
  };
}

async function served({ name, version, files = {}, manifest = {} }: MadePackage, url: string) {
  const folder = path.join(await newFolder(), "package");
  await mkdir(folder);
  const about = { name, version, ...manifest };
  for (const [file, text] of Object.entries({ ...files, "package.json": JSON.stringify(about) }))
    await writeFile(path.join(folder, file), text);
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts"], { cwd: folder });
  const packed: unknown = JSON.parse(stdout);
  const [{ filename }] = packed as [{ readonly filename: string }];
  const bytes = await readFile(path.join(folder, filename));
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  const versions = { [version]: { ...about, dist: { tarball: `${url}/${filename}`, integrity } } };
  const packument = Buffer.from(JSON.stringify({ name, "dist-tags": { latest: version }, versions }));
  return {
    [`/${name.replace("/", "%2f")}`]: { bytes: packument, type: "application/json" },
    [`/${filename}`]: { bytes },
  };
}
