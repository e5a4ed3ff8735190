/** Which real language models this machine can be tested with: a model's file, and what runs it. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join, resolve } from "node:path";

const root = join(import.meta.dirname, "../../..");
const set = (name: string): string | undefined => process.env[name]?.trim() || undefined;

const given = set("TUTTI_TEST_GGUF");

/** Random weights, where no model is given: everything runs but for the sense of it. */
export const isRandom = given === undefined;
export const modelFile = given === undefined ? join(root, "test/fixtures/llm/tiny-random.gguf") : resolve(given);

/** Fewer requests, for `.ci/run`. */
export const isShort = set("TUTTI_TEST_LLM_SHORT") === "1";

/** Where node-llama-cpp begins, if it is installed: in the folder that is named, else here. */
export const nodeLlamaCpp = [
  join(resolve(set("TUTTI_TEST_NODE_LLAMA_CPP") ?? root), "node_modules/node-llama-cpp/dist/index.js"),
].find(existsSync);

/** As many as work without waiting for each other; see the engine's own choice. */
const threads = Math.max(1, availableParallelism() - 1);

/** A command that serves `{model}` at `{port}` of this machine in OpenAI's way. */
export const serverCommand =
  set("TUTTI_TEST_LLM_SERVER") ??
  (isOnPath("llama-server")
    ? `llama-server -m {model} --host 127.0.0.1 --port {port} -c 32768 -np 2 -t ${threads} --no-webui`
    : undefined);

export const ways = ["in process", "as a server"] as const;
export type Way = (typeof ways)[number];

/** What is not here for a way, and how to get it. */
export const missing: Readonly<Record<Way, string | undefined>> = {
  "in process":
    whyNoFile() ??
    (nodeLlamaCpp === undefined
      ? "node-llama-cpp is not installed: npm install --no-save node-llama-cpp, or name the folder where it is in TUTTI_TEST_NODE_LLAMA_CPP"
      : undefined),
  "as a server":
    whyNoFile() ??
    (serverCommand === undefined
      ? "no llama-server on the PATH: put it there, or name another OpenAI-compatible server in TUTTI_TEST_LLM_SERVER, as a command with {model} and {port}"
      : undefined),
};

function whyNoFile(): string | undefined {
  if (existsSync(modelFile)) return undefined;
  return `there is no model at ${modelFile}: name a GGUF in TUTTI_TEST_GGUF`;
}

function isOnPath(command: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, command)));
}
