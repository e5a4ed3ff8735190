/** A server whose tools become experts, as somebody describes it in a file. */
import { z } from "zod";
import { secretSchema, type Registration } from "./registration.ts";

export const toolServerSchema = z.strictObject({
  mcp: z.strictObject({
    /** In the ids of its experts: `mcp-NAME/TOOL`. */
    name: z.string().min(1).max(100),
    /** `{url, headers?}`, or `{command, args?, env?}` where TUTTI_MCP_STDIO allows it. */
    server: z.record(z.string(), z.unknown()),
    secrets: z.record(z.string().min(1).max(100), secretSchema).default({}),
    allowHosts: z.array(z.string().min(1).max(253)).max(20).default([]),
  }),
});
export type ToolServer = z.infer<typeof toolServerSchema>;

/**
 * Calls back with all tools of a server at first, and whenever they are others.
 * @returns when the signal aborts @throws TuttiError `invalid-request` where the description is wrong
 */
export type WatchTools = (
  server: ToolServer,
  onChange: (tools: readonly Registration[]) => Promise<void>,
  options: { readonly signal: AbortSignal; readonly onTrouble: (error: Error) => void },
) => Promise<void>;
