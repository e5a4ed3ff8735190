/** A tool of an MCP server as a task of its own, with an expert that does it. Pure. */
import { createHash } from "node:crypto";
import type { Registration } from "../../../src/registry/registration.ts";
import type { OutputSpec, TaskSpec } from "../../../src/registry/task-spec.ts";
import { oneLine, portsOf } from "./ports.ts";
import { sampleOf } from "./sample.ts";
import type { McpServer } from "./settings.ts";
import type { McpTool } from "./tool.ts";
import { examplesOf, phrasesOf, titleOf } from "./wording.ts";

/** What all experts of a server are registered with, besides what follows from the tools. */
export type CommonRegistration = Partial<
  Pick<Registration, "secrets" | "allowHosts" | "lane" | "limits" | "licence" | "merit" | "languages" | "cost">
>;

export interface DescribedServer {
  /** In the ids of its experts, `mcp-NAME/TOOL`, and of its tasks, `NAME.TOOL`: lower-case letters, digits, hyphens. */
  readonly name: string;
  /** As it says of itself. */
  readonly version: string;
  readonly settings: McpServer;
  readonly common: CommonRegistration;
}

const MOST_DESCRIPTION = 1000;

/** @param id the tool's name as ids can hold it, see {@link idsOf} */
export function describeTool(tool: McpTool, id: string, server: DescribedServer): Registration {
  const { name, version, settings, common } = server;
  const description = oneLine(tool.description ?? "", MOST_DESCRIPTION);
  const title = titleOf(tool);
  const ports = portsOf(tool.inputSchema);
  const sample = sampleOf(ports);
  const isHarmless = tool.annotations?.readOnlyHint === true;
  const task: TaskSpec = {
    id: `${name}.${id}`,
    title,
    description: description || title,
    inputs: Object.fromEntries(ports.map((port) => [port.name, port.spec])),
    outputs: outputsOf(tool),
    phrases: phrasesOf(tool),
    examples: examplesOf(tool),
  };
  return {
    id: `mcp-${name}/${id}`,
    version: versionOf(tool, version),
    task,
    title,
    ...(description !== "" && { description }),
    provider: "mcp",
    settings: { server: settings, tool: tool.name },
    secrets: {},
    allowHosts: [],
    limits: {},
    pure: false,
    // What says nothing of itself may do anything, as the specification has it.
    effects: isHarmless ? "none" : "external",
    quality: `A tool of the MCP server ${name}; nobody has measured how good it is.`,
    merit: 0.5,
    // Nobody has looked at it: what may do anything is not called with it.
    ...(isHarmless && sample && { sample }),
    ...common,
  };
}

/**
 * What a call will give is known afterwards only, so there is a place for all that it can give: a text, in words at least
 * what else there is, and lists, which may be empty.
 */
function outputsOf({ outputSchema }: McpTool): Record<string, OutputSpec> {
  return {
    text: { type: "text", description: "What the tool says." },
    ...(outputSchema && { json: { type: "json" as const, description: "The same as data." } }),
    images: { type: { list: "image" }, description: "What it shows, if anything." },
    audio: { type: { list: "audio" }, description: "What it lets hear, if anything." },
    documents: { type: { list: "document" }, description: "Files that it gives, if any." },
  };
}

const LONGEST_ID = 60;

/** Names as ids can hold them; of two that would be one, the later has more to its name. */
export function idsOf(tools: readonly McpTool[]): ReadonlyMap<McpTool, string> {
  const ids = new Map<McpTool, string>();
  const taken = new Set<string>();
  for (const tool of tools) {
    const words = tool.name.replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1-$2").toLowerCase();
    const plain = words.replaceAll(/[^a-z0-9_-]+/g, "-").slice(0, LONGEST_ID);
    const isFree = plain !== "" && !taken.has(plain);
    const id = isFree && tool.name.length <= LONGEST_ID ? plain : `${plain.slice(0, 50)}-${hash(tool.name)}`;
    taken.add(id);
    ids.set(tool, id);
  }
  return ids;
}

/** Another one where the server or the tool has changed. */
function versionOf(tool: McpTool, version: string): string {
  const plain = version.replaceAll(/[^A-Za-z0-9.-]+/g, "-").slice(0, 30) || "0";
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  return `${plain}-${hash(JSON.stringify([name, title, description, inputSchema, outputSchema, annotations]))}`;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
