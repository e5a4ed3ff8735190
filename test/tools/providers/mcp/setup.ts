import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { makeCard } from "../../../../src/registry/make-card.ts";
import { registrationSchema, type Registration } from "../../../../src/registry/registration.ts";
import type { TaskSpec } from "../../../../src/registry/task-spec.ts";
import { mcpProvider } from "../../../../tools/providers/mcp/index.ts";
import type { McpAccess, McpServer } from "../../../../tools/providers/mcp/settings.ts";
import { startMortal, type MortalProcess } from "../../../fakes/mortal-process.ts";
import { temporaryFolder } from "../../../fakes/temporary-folder.ts";

const EVERYTHING = createRequire(import.meta.url).resolve("@modelcontextprotocol/server-everything/dist/index.js");
const FAKE = fileURLToPath(new URL("../../../fakes/mcp-server.ts", import.meta.url));

const environment = { modelsFolder: "/nowhere", offline: true, hubUrl: "", mayRunCommands: true };

export function accessTo(server: McpServer, secrets: Record<string, string> = {}): McpAccess {
  return { server, secrets, allowHosts: "url" in server ? ["127.0.0.1"] : [], environment };
}

export const everythingByStdio = (env: Record<string, string> = {}): McpServer => ({
  command: process.execPath,
  args: [EVERYTHING, "stdio"],
  env,
});

export const fakeByStdio = (...more: string[]): McpServer => ({
  command: process.execPath,
  args: [FAKE, "stdio", ...more],
  env: {},
});

export interface RunningServer {
  readonly server: McpServer;
  readonly process: MortalProcess;
}

/** The reference server. It can't be asked for any port that is free, so one is looked for. */
export async function startEverything(): Promise<RunningServer> {
  const port = await freePort();
  const child = startMortal(process.execPath, [EVERYTHING, "streamableHttp"], { PORT: String(port) });
  child.stdout.resume();
  for await (const line of createInterface({ input: child.stderr })) if (line.includes("listening")) break;
  child.stderr.resume();
  return { server: { url: `http://127.0.0.1:${port}/mcp`, headers: {} }, process: child };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

export async function startFake(port = 0): Promise<RunningServer & { readonly port: number }> {
  const child = startMortal(process.execPath, [FAKE, String(port)], {});
  child.stderr.resume();
  let found = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    found = Number(/listening (\d+)/.exec(line)?.[1]);
    break;
  }
  child.stdout.resume();
  return { server: { url: `http://127.0.0.1:${found}/mcp`, headers: {} }, process: child, port: found };
}

export interface Connected {
  readonly run: (inputs: Record<string, unknown>, signal?: AbortSignal) => Promise<Record<string, unknown>>;
  /** What a tool without inputs says, as a number. */
  readonly tell: () => Promise<number>;
  readonly scratch: string;
  /** Done when the test has finished, at the latest. */
  readonly unload: () => Promise<void>;
}

/** A registration as a worker would run it. */
export async function connect(
  registration: Registration,
  { secrets }: Pick<McpAccess, "secrets"> = { secrets: {} },
  given?: { readonly task?: TaskSpec; readonly mayRunCommands?: boolean; readonly timeoutMs?: number },
): Promise<Connected> {
  const { settings: raw, id, task: own, allowHosts } = registrationSchema.parse(registration);
  const settings = mcpProvider.settings.parse(raw);
  const limits = { ...registration.limits, ...(given?.timeoutMs && { timeoutMs: given.timeoutMs }) };
  const card = makeCard({ ...registration, limits }, mcpProvider.defaults(settings, id), mcpProvider.model(settings));
  const task = given?.task ?? own;
  if (typeof task === "string") throw new Error("a task of its own is expected");
  const may = { ...environment, mayRunCommands: given?.mayRunCommands ?? true };
  const expert = mcpProvider.connect({ card, task, settings, secrets, allowHosts, environment: may });
  const model = await expert.load();
  const { folder, remove } = await temporaryFolder();
  const unload = async (): Promise<void> => expert.unload?.(model);
  onTestFinished(async () => {
    await unload();
    await remove();
  });
  const run: Connected["run"] = (inputs, signal = new AbortController().signal) =>
    expert.run(model, inputs, { signal, scratch: folder });
  return { scratch: folder, unload, run, tell: async () => Number((await run({}))["text"]) };
}

export function toolNamed(registrations: readonly Registration[], tool: string): Registration {
  const found = registrations.find(({ settings }) => settings["tool"] === tool);
  if (!found) throw new Error(`there is no tool ${tool}`);
  return found;
}
