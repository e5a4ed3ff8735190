#!/usr/bin/env node
/**
 * The `tutti` command. Plain JavaScript that runs on Node 18 or newer, however it was found (npm scripts, npx, a
 * symlink): runs Tutti on this Node if it fits, else on the one that the npm package `node` brings along.
 */
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundledNode, fits, WANTED_NODE } from "./fitting-node.mjs";
import { setUp } from "./setup.mjs";

/** Says what is wrong and what to do, and ends. */
function giveUp(message) {
  process.stderr.write(`tutti: ${message}\n`);
  process.exit(1);
}

/** Node strips no types below a `node_modules` folder, so an installed package comes with its build. */
function isInstalled(folder) {
  return folder.split(path.sep).includes("node_modules");
}

/** Runs the program on another Node and ends as it ends, be it by a signal. */
function runOn(node, main) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  // What is typed at a terminal (Ctrl-C), and its closing, reach the child by themselves: sent on, it would look as if
  // somebody had asked twice.
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const passOn = (signal) => {
    if (signal === "SIGTERM" || !atTerminal) child.kill(signal);
  };
  process.on("SIGTERM", passOn).on("SIGINT", passOn).on("SIGHUP", passOn);
  child.on("error", (error) => giveUp(`${node} can't be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.off("SIGTERM", passOn).off("SIGINT", passOn).off("SIGHUP", passOn);
    process.exitCode = 128 + os.constants.signals[signal];
    process.kill(process.pid, signal);
  });
}

// The real path, since a symlink to this file may lie anywhere.
const root = path.resolve(realpathSync(fileURLToPath(import.meta.url)), "../../..");
const main = path.join(root, isInstalled(root) ? "dist/src/cli/main.js" : "src/cli/main.ts");

if (!existsSync(main)) giveUp(`${main} is missing: the package is incomplete, install it again.`);
if (!isInstalled(root) && !existsSync(path.join(root, "node_modules", ".package-lock.json"))) {
  await setUp(root).catch((error) => giveUp(error.message));
}

const node = bundledNode(root);
if (fits(process.version)) await import(pathToFileURL(main).href);
else if (node) runOn(node, main);
else {
  giveUp(
    `Node ${WANTED_NODE} or newer is needed, and this is ${process.version}. Run "npm install" in ${root}, which brings ` +
      `a fitting Node, or install one: https://nodejs.org`,
  );
}
