/** Tools as a server lists them. */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ToolSchema, type Tool } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";

export type McpTool = Tool;

const MOST_PAGES = 50;
const MOST_TOOLS = 1000;

/** Tools one by one: one that is described wrongly shall not keep the others out. */
const pageSchema = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

/**
 * Not by the SDK's own method: that compiles the schemas of all outputs, and fails as a whole where one of them can't be.
 * @param timeout of each page, milliseconds
 */
export async function listTools(client: Client, timeout: number): Promise<readonly McpTool[]> {
  const tools: McpTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES && tools.length < MOST_TOOLS; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const { tools: given, nextCursor } = await client.request({ method: "tools/list", params }, pageSchema, {
      timeout,
    });
    for (const one of given) {
      const parsed = ToolSchema.safeParse(one);
      if (parsed.success) tools.push(parsed.data);
    }
    if (nextCursor === undefined || nextCursor === cursor) break;
    cursor = nextCursor;
  }
  return tools.slice(0, MOST_TOOLS);
}

/** Whether a tool can be called plainly: some only work as tasks that are asked about later. */
export function isCallable({ execution }: McpTool): boolean {
  return execution?.taskSupport !== "required";
}
