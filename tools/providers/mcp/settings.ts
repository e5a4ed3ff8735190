/** What is said of an MCP server: how it is reached, and which of its tools is meant. */
import path from "node:path";
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import { headersOf } from "../remote/headers.ts";
import type { ProviderEnvironment } from "../provider.ts";

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of a variable");
const shown = z.string().max(4000);

const commandSchema = z.strictObject({
  /** A program on the worker's PATH, or its absolute path. */
  command: z.string().min(1).max(1000),
  args: z.array(z.string().max(10_000)).max(100).default([]),
  /** Variables that the server is given besides PATH, HOME and the secrets. */
  env: z.record(variable, shown).default({}),
});

const remoteSchema = z.strictObject({
  /** Of its streamable HTTP endpoint. */
  url: z.url({ protocol: /^https?$/, error: "expected an http or https URL" }).max(2000),
  /** Sent with each request besides the secrets. */
  headers: z.record(z.string().min(1).max(100), shown).default({}),
});

export const mcpServerSchema = z.union([commandSchema, remoteSchema]);
/** A command speaks over its standard input and output. */
export type McpServer = z.infer<typeof mcpServerSchema>;

export const mcpSettingsSchema = z.strictObject({
  server: mcpServerSchema,
  /** Its name at the server. */
  tool: z.string().min(1).max(200),
  /** For a task that was there before: by input of the task, the tool's own name for it. Left out: the same name. */
  arguments: z.record(z.string().min(1).max(200), z.string().min(1).max(200)).optional(),
});
export type McpSettings = z.infer<typeof mcpSettingsSchema>;

/** All that it takes to reach a server. */
export interface McpAccess {
  readonly server: McpServer;
  readonly secrets: Readonly<Record<string, string>>;
  readonly allowHosts: readonly string[];
  readonly environment: ProviderEnvironment;
}

/** How messages call a server. Neither arguments nor paths: they may hold secrets. */
export function nameOf(server: McpServer): string {
  return "command" in server ? path.basename(server.command) : new URL(server.url).host;
}

/** Why the worker doesn't do what it would take to reach a server, with the fix; undefined where it does. */
export function whyForbidden({ server, environment }: Pick<McpAccess, "server" | "environment">): string | undefined {
  if ("url" in server || environment.mayRunCommands === true) return undefined;
  return `${nameOf(server)} is a command, and none may be run here that is registered: set TUTTI_MCP_STDIO=on to let it`;
}

/**
 * What goes along to a server: headers over HTTP, variables to a command; each secret under its name, as it is.
 * @throws TuttiError `bad-input`, naming what can't be sent but never its value
 */
export function credentialsFor({ server, secrets }: Pick<McpAccess, "server" | "secrets">): Record<string, string> {
  if ("url" in server) return headersOf(server.headers, secrets);
  const wrong = Object.entries(secrets).find(([name, value]) => !variable.safeParse(name).success || /\0/.test(value));
  if (!wrong) return { ...server.env, ...secrets };
  throw new TuttiError("bad-input", `the secret ${JSON.stringify(wrong[0])} can't be a variable of a command`);
}
