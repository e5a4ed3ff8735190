/** One connection to an MCP server. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { getDefaultEnvironment } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { TuttiError } from "../../../src/errors.ts";
import { redactor } from "../remote/redact.ts";
import { keepWatch, type Watch } from "./keep-watch.ts";
import { createHttpTransport } from "./http-transport.ts";
import { credentialsFor, nameOf, whyForbidden, type McpAccess } from "./settings.ts";
import { sortError } from "./sort-error.ts";
import { createStdioTransport } from "./stdio-transport.ts";
import { listTools, type McpTool } from "./tool.ts";

export interface Session {
  readonly client: Client;
  /** As they are now: what the server says of changes is followed. */
  readonly tools: () => Promise<readonly McpTool[]>;
  /** They may be others now. */
  readonly forgetTools: () => void;
  /** Called when they may be others now. */
  onToolsChanged: (() => void) | undefined;
  /** Why it has ended; undefined while it lives. */
  readonly ending: () => string | undefined;
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<void>;
  readonly watch: Watch;
  readonly close: () => Promise<void>;
}

/** A server that is installed by its own command, as `npx` does, takes its time. */
const CONNECT_MS = 60_000;
const LIST_MS = 30_000;
const FAREWELL_MS = 2000;
/** A picture of some 45 MB, in base64. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

interface Line {
  readonly transport: Transport;
  /** What is known of its end. */
  readonly ending: () => string | undefined;
  /** Before it is closed. */
  readonly farewell: () => Promise<void>;
}

/**
 * @throws TuttiError `expert-unavailable` where the server can't be started, reached, or made friends with; `timeout`
 */
export async function openSession(access: McpAccess, signal?: AbortSignal): Promise<Session> {
  const forbidden = whyForbidden(access);
  if (forbidden !== undefined) throw new TuttiError("expert-unavailable", forbidden);
  const line = openLine(access);
  const client = new Client({ name: "tutti", version: "1" }, { capabilities: {} });
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let hasEnded = false;
  let tools: Promise<readonly McpTool[]> | undefined;
  const watch = keepWatch(client, { isSilent: "url" in access.server });
  // oxlint-disable unicorn/prefer-add-event-listener -- a client of the SDK has these hooks only
  client.onclose = () => {
    hasEnded = true;
    watch.stop();
    end();
  };
  client.onerror = () => watch.suspect();
  // oxlint-enable unicorn/prefer-add-event-listener
  const session: Session = {
    client,
    watch,
    ended,
    onToolsChanged: undefined,
    ending: () => (hasEnded ? (line.ending() ?? "the connection broke") : undefined),
    tools() {
      const listing = (tools ??= listTools(client, LIST_MS));
      listing.catch(() => {
        if (tools === listing) tools = undefined;
      });
      return listing;
    },
    forgetTools() {
      tools = undefined;
      session.onToolsChanged?.();
    },
    async close() {
      if (!hasEnded) await line.farewell();
      await client.close();
    },
  };
  client.setNotificationHandler(ToolListChangedNotificationSchema, session.forgetTools);
  try {
    await client.connect(line.transport, { timeout: CONNECT_MS, ...(signal && { signal }) });
    return session;
  } catch (error) {
    const ending = line.ending();
    await line.transport.close();
    throw sortError(error, {
      server: nameOf(access.server),
      during: "connecting",
      ending,
      redact: redactor(access.secrets),
      signal,
    });
  }
}

/** @throws TuttiError `bad-input` for what can't be sent along */
function openLine(access: McpAccess): Line {
  const { server, allowHosts } = access;
  const credentials = credentialsFor(access);
  if ("url" in server) {
    const limits = { allowHosts, maxBytes: MAX_MESSAGE_BYTES };
    const transport = createHttpTransport({ url: server.url, headers: credentials, ...limits });
    const farewell = async (): Promise<void> => {
      const late = AbortSignal.timeout(FAREWELL_MS);
      const { promise, resolve } = Promise.withResolvers<void>();
      late.addEventListener("abort", () => resolve(), { once: true });
      // Whether it hears of it is its own affair: it will forget the session some day.
      await Promise.race([transport.terminateSession().catch(() => {}), promise]);
    };
    return { transport, ending: () => undefined, farewell };
  }
  const { PATH = "", HOME = "" } = getDefaultEnvironment();
  const transport = createStdioTransport({
    command: server.command,
    args: server.args,
    env: { PATH, HOME, ...credentials },
    maxBytes: MAX_MESSAGE_BYTES,
  });
  const ending = (): string | undefined => {
    const how = transport.ending();
    const said = transport.stderr().trim();
    return how === undefined || said === "" ? how : `${how}; it said: ${lastOf(said)}`;
  };
  return { transport, ending, farewell: async () => {} };
}

const SHOWN = 400;

/** What is at the end of an output tells most. */
function lastOf(text: string): string {
  return text.length <= SHOWN ? text : `… ${text.slice(-SHOWN)}`;
}
