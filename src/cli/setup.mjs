/**
 * Installs what is missing, so that `npm start`, `npm run demo` and `npm test` work on a fresh clone. Runs before each
 * of them, on whatever Node there is (18 or newer), with no dependency; does nothing, quickly, where all is there.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundledNode, fits, WANTED_NODE } from "./fitting-node.mjs";
import { runNpm } from "./run-npm.mjs";
import { lockFolder } from "./setup-lock.mjs";

const DEADLINE_MS = 15 * 60_000;
/** Of npm's output, what is shown when it fails. */
const SHOWN_LINES = 40;
/** Npm scripts that need no development tools: `npm ci --omit=dev` is enough for them, on a fitting Node. */
const RUNTIME_SCRIPTS = ["prestart", "predemo"];

/** What is wrong, for people; nothing of it is a defect that wants a stack. */
export class SetupError extends Error {}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
}

/** Holds the hash of a lockfile that npm could only install approximately, so that it is not tried every time. */
function stampFile(root) {
  return path.join(root, "node_modules", ".tutti-setup");
}

function lockHash(root) {
  return createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
}

/** Whether a Node is there that can run Tutti; npm may have been told to run no install scripts. */
function hasNode(root) {
  return fits(process.version) || bundledNode(root) !== undefined;
}

/** Whether what is installed is what the lockfile says, optional packages (of other platforms, mostly) aside. */
function isUpToDate(root) {
  const record = path.join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record) || !hasNode(root)) return false;
  const withoutDevelopment = RUNTIME_SCRIPTS.includes(process.env.npm_lifecycle_event ?? "") && fits(process.version);
  const installed = readPackages(record);
  const differs = Object.entries(readPackages(path.join(root, "package-lock.json"))).some(([location, wanted]) => {
    if (location === "" || wanted.optional || wanted.devOptional || (wanted.dev && withoutDevelopment)) return false;
    return !installed[location] || installed[location].version !== wanted.version;
  });
  if (!differs) return true;
  return existsSync(stampFile(root)) && readFileSync(stampFile(root), "utf8") === lockHash(root);
}

/** Installs, trying in turn what is known to work where the way before did not. */
async function install(root, onStart) {
  const startedAt = Date.now();
  const npm = async (...args) => {
    const timeoutMs = Math.max(1, startedAt + DEADLINE_MS - Date.now());
    const result = await runNpm(root, [...args, "--no-audit", "--no-fund"], { timeoutMs, onStart, say }).catch(
      (error) => {
        throw new SetupError(`npm can't be started (${error.message}). It comes with Node: https://nodejs.org`);
      },
    );
    if (result.interrupted) throw new SetupError(`Interrupted (${result.interrupted}); run it again to finish.`);
    return result;
  };
  // Development packages too, whatever NODE_ENV says: the Node that runs Tutti is among them.
  let result = await npm("ci", "--include=dev");
  if (!result.ok && Date.now() < startedAt + DEADLINE_MS) {
    // `npm ci` insists (EUSAGE) on optional packages of other platforms, which a registry may not have.
    if (!result.output.includes("EUSAGE")) say("npm ci failed, trying npm install ...");
    result = await npm("install", "--include=dev", "--no-save");
  }
  if (!result.ok) {
    const lines = result.output.trim().split("\n").slice(-SHOWN_LINES).join("\n");
    throw new SetupError(`${lines}\n\nThe dependencies could not be installed; npm's words are above.`);
  }
  if (!hasNode(root)) await npm("rebuild", "node", "--ignore-scripts=false");
  if (!hasNode(root)) {
    throw new SetupError(
      `Tutti needs Node ${WANTED_NODE} or newer, this is ${process.version}, and npm did not install the one that the ` +
        `package "node" brings. Allow its install script, or install a newer Node: https://nodejs.org`,
    );
  }
  say(`Dependencies installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}

/**
 * Installs the dependencies of a checkout unless they are there. Of several that are started at once, one installs.
 * @param {string} root folder of package.json
 * @throws {SetupError} where they can't be installed
 */
export async function setUp(root) {
  if (isUpToDate(root)) return;
  const lock = await lockFolder(root, {
    oldestMs: DEADLINE_MS + 60_000,
    onWait: () => say("Another set-up is installing the dependencies; waiting for it ..."),
  });
  try {
    if (isUpToDate(root)) return;
    say("Installing dependencies (about 900 MB, once) ...");
    await install(root, lock.add);
    if (!isUpToDate(root)) writeFileSync(stampFile(root), lockHash(root));
  } finally {
    lock.release();
  }
}

const here = realpathSync(fileURLToPath(import.meta.url));
if (process.argv[1] && realpathSync(process.argv[1]) === here) {
  try {
    await setUp(path.resolve(here, "../../.."));
  } catch (error) {
    say(error instanceof SetupError ? error.message : String(error.stack));
    process.exitCode = 1;
  }
}
