/** An expert that is a tool of an MCP server. */
import { CallToolResultSchema, type CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { TuttiError } from "../../../src/errors.ts";
import type { ExpertContext } from "../../define-expert.ts";
import { redactor } from "../remote/redact.ts";
import type { ProviderSetup } from "../provider.ts";
import { clean } from "./clean.ts";
import { fillOutputs } from "./fill-outputs.ts";
import { keepSecrets } from "./keep-secrets.ts";
import { isForgotten } from "./keep-watch.ts";
import { portsOf } from "./ports.ts";
import { readResult, type Resource } from "./read-result.ts";
import type { Session } from "./session.ts";
import { nameOf, type McpSettings } from "./settings.ts";
import { leaseSession, type Lease } from "./shared-session.ts";
import { isUnknownTool, sortError } from "./sort-error.ts";
import { isCallable, type McpTool } from "./tool.ts";
import { writeArguments } from "./write-arguments.ts";

type ToolSetup = ProviderSetup<McpSettings>;
type Inputs = Readonly<Record<string, unknown>>;

/** Milliseconds beyond the expert's own limit: whoever asked is to be the first to lose patience. */
const SLACK_MS = 1000;
const MOST_WORDS = 1000;

/**
 * Connects, and sees that the tool is there and can do the task.
 * @throws TuttiError `expert-unavailable`, saying what is missing
 */
export async function loadTool(setup: ToolSetup, signal?: AbortSignal): Promise<Lease> {
  const { settings, secrets, allowHosts, environment } = setup;
  const lease = leaseSession({ server: settings.server, secrets, allowHosts, environment });
  try {
    await lease.use(async (session) => assertServes(await toolOf(session, setup, signal), setup), signal);
    return lease;
  } catch (error) {
    lease.release();
    throw error;
  }
}

/** @throws TuttiError of every kind that {@link sortError} knows; `expert-failed` where the tool says that it failed */
export async function runTool(
  setup: ToolSetup,
  lease: Lease,
  inputs: Inputs,
  context: ExpertContext,
): Promise<Record<string, unknown>> {
  const call = (): Promise<Record<string, unknown>> =>
    lease.use((session) => callTool(session, setup, inputs, context), context.signal);
  try {
    return await call();
  } catch (error) {
    // A server that was started again doesn't know the session; it looked no further, and did nothing.
    if (!(error instanceof TuttiError && isForgotten(error.cause))) throw error;
    return call();
  }
}

async function callTool(
  session: Session,
  setup: ToolSetup,
  inputs: Inputs,
  context: ExpertContext,
): Promise<Record<string, unknown>> {
  const { signal } = context;
  const { settings, card, task } = setup;
  const timeout = card.limits.timeoutMs + SLACK_MS;
  const end = session.watch.begin();
  try {
    const tool = await toolOf(session, setup, signal);
    const given = await writeArguments(inputs, portsOf(tool.inputSchema), settings.arguments);
    const request = { method: "tools/call", params: { name: tool.name, arguments: given } };
    // Progress is asked for so that whatever lies in between sees the connection live; nobody is told of it yet.
    const result = await sorting(session, setup, signal, () =>
      session.client.request(request, CallToolResultSchema, { signal, timeout, onprogress: () => {} }),
    );
    if (result.isError) throw refusal(result, setup);
    const read = linkReader(session, { signal, timeout });
    const found = await readResult(result, context, read);
    return fillOutputs(task, keepSecrets(found, redactor(setup.secrets)));
  } finally {
    end();
  }
}

async function toolOf(session: Session, setup: ToolSetup, signal?: AbortSignal): Promise<McpTool> {
  const { server, tool: name } = setup.settings;
  const tools = await sorting(session, setup, signal, () => session.tools());
  const tool = tools.find((one) => one.name === name);
  if (tool && isCallable(tool)) return tool;
  const names = tools.filter(isCallable).map((one) => one.name);
  const why = tool ? "can only be called as a task that is asked about later, which Tutti does not do" : "is not there";
  throw new TuttiError(
    "expert-unavailable",
    `the tool ${name} of the MCP server ${nameOf(server)} ${why}; it has ${clean(names.join(", "), redactor({}), MOST_WORDS) || "none"}`,
  );
}

/** Whether the task gives what the tool needs. */
function assertServes({ inputSchema }: McpTool, { task, settings }: ToolSetup): void {
  const { arguments: names = {}, tool } = settings;
  const ports = portsOf(inputSchema);
  const given = new Set(
    Object.keys(task.inputs).map((input) => {
      const wanted = Object.hasOwn(names, input) ? names[input] : undefined;
      return wanted ?? ports.find(({ name }) => name === input)?.property;
    }),
  );
  const missing = ports.filter(({ property, spec }) => spec.optional !== true && !given.has(property));
  if (missing.length === 0) return;
  const list = missing.map(({ property }) => property).join(", ");
  throw new TuttiError(
    "expert-unavailable",
    `the tool ${tool} needs ${list}, which the task ${task.id} does not give: name the inputs in settings.arguments`,
  );
}

/** Whatever goes wrong with a request, as an error by whose fault it is. */
async function sorting<T>(
  session: Session,
  { settings, secrets }: ToolSetup,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const sorted = sortError(error, {
      server: nameOf(settings.server),
      during: "calling",
      ending: session.ending(),
      redact: redactor(secrets),
      signal,
    });
    if (isForgotten(error)) await session.close();
    throw sorted;
  }
}

/** A tool that failed says so in words; that it could not read its input, servers say with a number before them. */
function refusal({ content }: CallToolResult, { settings, secrets }: ToolSetup): TuttiError {
  const said = content.map((one) => (one.type === "text" ? one.text : "")).join("\n");
  const words = clean(said, redactor(secrets), MOST_WORDS) || "it does not say why";
  const plain = words.replace(/^MCP error -?\d+: /, "");
  if (isUnknownTool(plain)) return new TuttiError("expert-unavailable", `${nameOf(settings.server)}: ${plain}`);
  return words.startsWith("MCP error -32602")
    ? new TuttiError("bad-input", `the tool ${settings.tool} refuses the input: ${plain}`)
    : new TuttiError("expert-failed", `the tool ${settings.tool} failed: ${plain}`);
}

/** Links of results that are read; the others are only told of. */
const MOST_LINKS = 8;

/** Reads through the server what it links to. What lies on the web is left to those who want it. */
function linkReader(
  { client }: Session,
  { signal, timeout }: { readonly signal: AbortSignal; readonly timeout: number },
): (uri: string) => Promise<readonly Resource[] | undefined> {
  let count = 0;
  return async (uri) => {
    count += 1;
    if (count > MOST_LINKS || /^https?:/i.test(uri) || !client.getServerCapabilities()?.resources) return undefined;
    try {
      return (await client.readResource({ uri }, { signal, timeout })).contents;
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  };
}
