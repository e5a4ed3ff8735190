/** Every tool of a server as an expert that can be registered. */
import type { Registration } from "../../../src/registry/registration.ts";
import { redactor } from "../remote/redact.ts";
import { describeTool, idsOf, type CommonRegistration } from "./describe-tool.ts";
import { openSession, type Session } from "./session.ts";
import { nameOf, type McpAccess } from "./settings.ts";
import { sortError } from "./sort-error.ts";
import { isCallable } from "./tool.ts";

export interface ServerToDescribe extends McpAccess {
  /** In the ids of its experts: `mcp-NAME/TOOL`. See {@link serverName}. */
  readonly name: string;
  /** Put into every registration: above all the secrets, as references or texts, which are not those of the access. */
  readonly common?: CommonRegistration;
}

/** A name as ids can hold it: "GitHub Issues" is `github-issues`. */
export function serverName(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return plain.slice(0, 30) || "server";
}

/**
 * Connects, asks for the tools, and ends the connection.
 * @throws TuttiError `expert-unavailable` where the server can't be started, reached or asked; `timeout`, `canceled`
 */
export async function describeTools(given: ServerToDescribe, signal?: AbortSignal): Promise<readonly Registration[]> {
  const session = await openSession(given, signal);
  try {
    return await describeSession(session, given, signal);
  } finally {
    await session.close();
  }
}

/** @throws TuttiError as {@link describeTools} */
export async function describeSession(
  session: Session,
  { name, server, secrets, allowHosts, common = {} }: ServerToDescribe,
  signal?: AbortSignal,
): Promise<readonly Registration[]> {
  try {
    const tools = (await session.tools()).filter(isCallable);
    signal?.throwIfAborted();
    const ids = idsOf(tools);
    const described = {
      name: serverName(name),
      version: session.client.getServerVersion()?.version ?? "0",
      settings: server,
      common: { allowHosts: [...allowHosts], ...common },
    };
    return tools.map((tool) => describeTool(tool, ids.get(tool) ?? tool.name, described));
  } catch (error) {
    throw sortError(error, {
      server: nameOf(server),
      during: "connecting",
      ending: session.ending(),
      redact: redactor(secrets),
      signal,
    });
  }
}
