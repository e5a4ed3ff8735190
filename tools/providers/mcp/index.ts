/** Tools of servers that speak the Model Context Protocol (MCP), each as an expert. */
import type { Provider } from "../provider.ts";
import { credentialsFor, mcpSettingsSchema, nameOf, whyForbidden, type McpSettings } from "./settings.ts";
import type { Lease } from "./shared-session.ts";

/** A tool may well search, wait, or call others. */
const TIMEOUT_MS = 120_000;

export const mcpProvider: Provider<McpSettings> = {
  id: "mcp",
  settings: mcpSettingsSchema,
  // One child process for what is of one server: they share its connection, or the process that it is.
  defaults: ({ server }, id) => ({
    lane: "command" in server ? "cpu" : "remote",
    runtime: `mcp-${id.split("/")[0]?.replace(/^mcp-/, "") ?? ""}`.slice(0, 60),
    limits: { timeoutMs: TIMEOUT_MS, concurrency: 4, memoryMiB: "command" in server ? 200 : 80 },
  }),
  model: ({ server, tool }) => `${tool} of ${nameOf(server)}`,
  connect: (setup) => {
    credentialsFor({ server: setup.settings.server, secrets: setup.secrets });
    return {
      load: async () => (await import("./run-tool.ts")).loadTool(setup),
      run: async (model, inputs, context) => {
        const { runTool } = await import("./run-tool.ts");
        return runTool(setup, leaseOf(model), inputs, context);
      },
      unload: async (model) => leaseOf(model).release(),
    };
  },
  whyUnavailable: async ({ settings: { server }, environment }) => whyForbidden({ server, environment }),
  /** Connects and looks whether the tool is there. */
  probe: async (setup, signal) => {
    const { loadTool } = await import("./run-tool.ts");
    (await loadTool(setup, signal)).release();
  },
};

/** The worker hands back what `load` gave. */
function leaseOf(model: unknown): Lease {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- restates what `load` returns; the seam knows no types of models
  return model as Lease;
}
