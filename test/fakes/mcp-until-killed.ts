/**
 * Calls a tool of an MCP server that will not end by itself, prints the id of the server's process, and waits to be killed.
 */
import { fileURLToPath } from "node:url";
import { openSession } from "../../tools/providers/mcp/session.ts";

const session = await openSession({
  server: {
    command: process.execPath,
    args: [fileURLToPath(new URL("mcp-server.ts", import.meta.url)), "stdio", "stubborn"],
    env: {},
  },
  secrets: {},
  allowHosts: [],
  environment: { modelsFolder: "/nowhere", offline: true, hubUrl: "", mayRunCommands: true },
});
const { content } = await session.client.callTool({ name: "whoami", arguments: {} });
process.stdout.write(`${JSON.stringify(content)}\n`);
