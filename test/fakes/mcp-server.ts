/**
 * A small MCP server whose tools do what tests need: change while it runs, fail, die, and give whatever they are told to.
 * Arguments: `stdio`, or the port of 127.0.0.1 to listen on (0 for any; it prints `listening PORT`); and `stubborn` for
 * one that neither the end of its input nor SIGTERM ends, or `eager` for one that learns a tool a moment after it was
 * first asked for its tools.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { InMemoryEventStore } from "@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import {
  CallToolRequestSchema,
  ListToolsRequestSchema,
  type CallToolResult,
  type Tool,
} from "@modelcontextprotocol/sdk/types.js";

const [, , where = "stdio", manner] = process.argv;

const object = (properties: Record<string, object>, required = Object.keys(properties)): Tool["inputSchema"] => ({
  type: "object",
  properties,
  required,
});
const readOnly = { annotations: { readOnlyHint: true } };

const tools = new Map<string, Tool>();
for (const tool of [
  { name: "whoami", description: "Tells the id of the process.", inputSchema: object({}), ...readOnly },
  { name: "wait", description: "Waits until it is told to stop.", inputSchema: object({}), ...readOnly },
  { name: "count-stopped", description: "Tells how often it was stopped.", inputSchema: object({}), ...readOnly },
  { name: "connections", description: "Tells how many there are.", inputSchema: object({}), ...readOnly },
  {
    name: "learn",
    description: "Learns a tool, and says so unless it is quiet-something.",
    inputSchema: object({ name: { type: "string" } }),
  },
  { name: "die", description: "Says something and dies.", inputSchema: object({ words: { type: "string" } }) },
  { name: "give", description: "Gives what it is told to.", inputSchema: object({ result: { type: "object" } }) },
  {
    name: "look",
    description: "Tells what it was given.",
    inputSchema: object({
      picture: { type: "string", contentEncoding: "base64", contentMediaType: "image/png" },
      link: { type: "string", format: "uri", description: "The picture as a data URI" },
      note: { type: "string", enum: ["New York", "Chicago"] },
    }),
  },
] satisfies Tool[]) {
  tools.set(tool.name, tool);
}

const servers = new Set<Server>();
let stopped = 0;
let listener: HttpServer | undefined;

function createMcpServer(): Server {
  const server = new Server({ name: "fake", version: "3.1" }, { capabilities: { tools: { listChanged: true } } });
  server.setRequestHandler(ListToolsRequestSchema, () => {
    if (manner === "eager") setTimeout(() => void learn("learned-late"), 50);
    return { tools: [...tools.values()] };
  });
  server.setRequestHandler(
    CallToolRequestSchema,
    async ({ params: { name, arguments: given = {} } }, { signal, requestId }) =>
      name === "give" ? giveRaw(requestId, given["result"]) : call(name, given, signal),
  );
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a server of the SDK has this hook only
  server.onclose = () => void servers.delete(server);
  servers.add(server);
  return server;
}

const say = (value: unknown): CallToolResult => ({
  content: [{ type: "text", text: typeof value === "string" ? value : JSON.stringify(value) }],
});

async function call(name: string, given: Record<string, unknown>, signal: AbortSignal): Promise<CallToolResult> {
  switch (name) {
    case "whoami":
      return say(String(process.pid));
    case "wait":
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      stopped += 1;
      return say("stopped");
    case "count-stopped":
      return say(String(stopped));
    case "connections":
      return say(String(await new Promise((resolve) => listener?.getConnections((_, count) => resolve(count)))));
    case "learn":
      await learn(String(given["name"]));
      return say("learned");
    case "die":
      process.stderr.write(`${String(given["words"])}\n`, () => process.exit(3));
      return new Promise(() => {});
    default:
      return tools.has(name) ? say(given) : { ...say(`Unknown tool: ${name}`), isError: true };
  }
}

async function learn(name: string): Promise<void> {
  if (tools.has(name)) return;
  tools.set(name, { name, inputSchema: object({}) });
  if (name.startsWith("quiet-")) return;
  await Promise.all([...servers].map((server) => server.sendToolListChanged()));
}

/** Past the SDK, which sends nothing that is wrong. Over stdio only. */
function giveRaw(id: string | number, result: unknown): Promise<CallToolResult> {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`);
  return new Promise(() => {});
}

const sessions = new Map<string, StreamableHTTPServerTransport>();

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = request.headers["mcp-session-id"];
  const known = typeof id === "string" ? sessions.get(id) : undefined;
  if (known) return known.handleRequest(request, response);
  if (id !== undefined) return void response.writeHead(404).end("no such session");
  if (request.headers.authorization !== "Bearer open sesame") return void response.writeHead(401).end("who are you?");
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    // With it, clients take a stream that ends early for one that goes on elsewhere.
    eventStore: new InMemoryEventStore(),
    onsessioninitialized: (sessionId) => void sessions.set(sessionId, transport),
    onsessionclosed: (sessionId) => void sessions.delete(sessionId),
  });
  await createMcpServer().connect(transport);
  await transport.handleRequest(request, response);
}

if (manner === "stubborn") {
  process.on("SIGTERM", () => {});
  setInterval(() => {}, 1000);
}
if (where === "stdio") {
  process.stdout.write("This line is no message.\n");
  await createMcpServer().connect(new StdioServerTransport());
} else {
  const server = createServer((request, response) => void answer(request, response));
  listener = server.listen(Number(where), "127.0.0.1", () => {
    process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`);
  });
}
