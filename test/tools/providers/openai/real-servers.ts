/** Servers of OpenAI's API that others wrote, where this machine has them. */
import { parseModelName } from "../../../../src/llm/parse-model-name.ts";
import { startModelServer } from "../../../llm/real/model-server.ts";
import { missing, serverCommand } from "../../../llm/real/what-is-here.ts";

export interface RunningServer {
  /** Without `/v1`. */
  readonly url: string;
  readonly model: string;
  readonly stop: () => Promise<void>;
}

export interface RealServer {
  /** Why it can't be had here. */
  readonly missing?: string | undefined;
  readonly start: () => Promise<RunningServer>;
}

const python = process.env["TUTTI_TEST_LLAMA_SERVER"]?.trim();

const isLlamaServer = /llama-server\b/.test(serverCommand ?? "");

/** llama.cpp's own, with vectors pooled. */
export const llamaServer: RealServer = {
  missing:
    missing["as a server"] ??
    (isLlamaServer ? undefined : `TUTTI_TEST_LLM_SERVER names another server than llama-server: ${serverCommand}`),
  start: () => start(`${serverCommand} --embeddings --pooling mean`),
};

/** The one of llama-cpp-python. */
export const llamaCppPython: RealServer = {
  missing: python
    ? undefined
    : "no server of llama-cpp-python: name a Python that has it, with its extra [server], in TUTTI_TEST_LLAMA_SERVER",
  start: () =>
    start(
      `${python} -m llama_cpp.server --model {model} --host 127.0.0.1 --port {port} --n_ctx 1024 --n_threads 1 --embedding true`,
    ),
};

async function start(command: string): Promise<RunningServer> {
  const { name, stop } = await startModelServer(command);
  const parsed = parseModelName(name);
  if (parsed.provider !== "openai-compatible") throw new Error(`no server: ${name}`);
  return { url: parsed.url.replace(/\/v1$/, ""), model: parsed.model, stop };
}
