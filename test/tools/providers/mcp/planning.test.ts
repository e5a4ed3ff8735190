/** A sceptic doubts that a tool is found in plain words without a language model, and that others' requests stay theirs. */
import { expect, it } from "vitest";
import { createBuiltinPlanner } from "../../../../src/plan/builtin/planner.ts";
import type { PlanInput } from "../../../../src/ports/planner.ts";
import type { TaskSpec } from "../../../../src/registry/task-spec.ts";
import { describeTool, idsOf } from "../../../../tools/providers/mcp/describe-tool.ts";
import type { McpTool } from "../../../../tools/providers/mcp/tool.ts";
import { knownTasks } from "../../../../tools/tasks/index.ts";

const text = { type: "string" };
const inputSchema = (properties: McpTool["inputSchema"]["properties"] = {}) => ({
  type: "object" as const,
  properties,
  required: Object.keys(properties),
});
/** As published servers describe theirs. */
const tools: McpTool[] = [
  {
    name: "echo",
    title: "Echo Tool",
    description: "Echoes back the input string",
    inputSchema: inputSchema({ message: text }),
  },
  {
    name: "get_weather",
    description: "Get the current weather in a city.",
    inputSchema: inputSchema({ city: { ...text, enum: ["New York", "Chicago"] } }),
  },
  {
    name: "search_articles",
    description: "Searches the encyclopedia for articles about a topic.",
    inputSchema: inputSchema({ query: text }),
  },
  { name: "get_me", description: "Get my user profile.", inputSchema: inputSchema() },
  { name: "list_files", description: "Lists the files of a folder.", inputSchema: inputSchema({ path: text }) },
  { name: "get-tiny-image", description: "Returns a tiny MCP logo image.", inputSchema: inputSchema() },
];
const ids = idsOf(tools);
const settings = { url: "https://mcp.example.com/mcp", headers: {} };
const described = tools.map(
  (tool) =>
    describeTool(tool, ids.get(tool) ?? "", { name: "tools", version: "1", settings, common: {} }).task as TaskSpec,
);

const photo = { handle: "image-1", asset: "1".repeat(64), type: "image", name: "photo.png" } as const;
const letter = { handle: "text-1", asset: "2".repeat(64), type: "text", name: "letter.txt" } as const;

async function plan(request: string, ...assets: PlanInput["assets"]): Promise<[task: string, inputs: string][]> {
  const input = { text: request, history: [], assets, tasks: [...knownTasks, ...described], frozen: [], maxNodes: 20 };
  const steps: [string, string][] = [];
  for await (const item of createBuiltinPlanner().plan(input, new AbortController().signal)) {
    if (item.type === "node") steps.push([item.node.task, JSON.stringify(item.node.inputs)]);
  }
  return steps;
}

it.each([
  ['Echo "good morning".', "tools.echo", "good morning"],
  ["What is the weather in Chicago?", "tools.get_weather", "Chicago"],
  ["Search the encyclopedia for whales.", "tools.search_articles", "whales"],
  ["Return a tiny MCP logo image.", "tools.get-tiny-image", "{}"],
])("finds the tool for %s", async (request, task, input) => {
  expect(await plan(request)).toEqual([[task, expect.stringContaining(input)]]);
});

it("chains tools and experts", async () => {
  expect(await plan("Describe the photo and echo the caption.", photo)).toEqual([
    ["image-to-text", expect.stringContaining(photo.asset)],
    ["tools.echo", '{"message":{"from":"t1","output":"text"}}'],
  ]);
});

it.each([
  ["Tell me what is in the photo.", photo, "image-to-text"],
  ["How many cats are there?", photo, "object-detection"],
  ["Summarize the files.", letter, "summarization"],
  ["Who wrote the letter?", letter, "question-answering"],
])("leaves alone: %s", async (request, asset, task) => {
  expect((await plan(request, asset)).map(([one]) => one)).toEqual([task]);
});
