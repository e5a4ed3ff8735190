/** Does a folder of experts do what its files say, also when they change, are broken, or go? */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createTutti, type Tutti } from "../../src/index.ts";
import { loadConfig } from "../../src/config.ts";
import { verifies } from "../e2e/requirements.ts";
import { removeFolder, temporaryFolder } from "../e2e/server.ts";
import { startHttpExpert, type HttpExpert } from "../fakes/http-expert.ts";
import { until } from "../fakes/scripted-experts.ts";

let folder = "";
let experts = "";
let expert: HttpExpert;
let tutti: Tutti;

beforeEach(async () => {
  folder = await temporaryFolder();
  experts = join(folder, "experts");
  await mkdir(experts);
  expert = await startHttpExpert(() => ({ text: "read", boxes: [] }));
});

afterEach(async () => {
  await tutti.close();
  await expert.close();
  await removeFolder(folder);
});

const registration = (id: string, title: string) => ({
  id,
  task: "optical-character-recognition",
  title,
  provider: "http",
  settings: { url: expert.url },
  allowHosts: [expert.host],
});

const write = (name: string, content: unknown) =>
  writeFile(join(experts, name), typeof content === "string" ? content : JSON.stringify(content));

async function open(): Promise<void> {
  const { expertsFolder } = loadConfig({ TUTTI_EXPERTS: experts });
  tutti = await createTutti({ dataFolder: join(folder, "data"), log: "off", expertsFolder });
}

const titles = async (): Promise<string[]> =>
  (await tutti.experts()).flatMap(({ card, record }) => (record?.state === "verified" ? [card.title] : [])).toSorted();

const told = (wanted: readonly string[]) =>
  until(async () => JSON.stringify(await titles()) === JSON.stringify(wanted));

it(verifies("experts:folder"), { timeout: 60_000 }, async () => {
  await write("one.json", registration("acme/one", "One"));
  await write("broken.json", "{");
  await open();
  await told(["One"]);
  await write("more.json", [registration("acme/two", "Two"), registration("acme/three", "Three")]);
  await told(["One", "Three", "Two"]);
  await write("one.json", registration("acme/one", "One anew"));
  await told(["One anew", "Three", "Two"]);
  await write("more.json", [registration("acme/three", "Three")]);
  await told(["One anew", "Three"]);
  await rm(join(experts, "one.json"));
  await told(["Three"]);

  // What a file says is changed in the file.
  await expect(tutti.removeExpert("acme/three", { source: "api" })).rejects.toMatchObject({ code: "invalid-request" });
  const calls = expert.calls.length;
  await tutti.close();
  await open();
  await told(["Three"]);
  // It is known, and so is not tried again.
  expect(expert.calls).toHaveLength(calls);
});

it(verifies("experts:mcp"), { timeout: 60_000 }, async () => {
  const everything = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"));
  const server = { command: process.execPath, args: [everything, "stdio"] };
  await write("everything.json", { mcp: { name: "everything", server } });
  await open();
  const tools = async () => (await tutti.experts()).filter(({ card }) => card.provider === "mcp");
  const echoes = async () =>
    (await tools()).find(({ card, record }) => card.id === "mcp-everything/echo" && record?.state !== "checking");
  await until(async () => (await echoes()) !== undefined);
  const echo = await echoes();
  if (!echo) throw new Error("no echo");
  const [input = ""] = Object.keys(inputsOf(echo.record?.registration.task));

  const { runId } = await tutti.submit(
    {
      messages: [{ role: "user", content: [{ type: "text", text: "Say it again." }] }],
      options: { effects: "external" },
      plan: [
        { id: "t1", task: echo.card.task, inputs: { [input]: { value: { type: "text", value: "hello there" } } } },
      ],
    },
    { tenant: "t" },
  );
  const { state } = await tutti.wait("t", runId, AbortSignal.timeout(30_000));
  expect(state.nodes.get("t1")?.error).toBeUndefined();
  expect(state.nodes.get("t1")?.outputs["text"]).toMatchObject({
    value: expect.stringContaining("hello there") as string,
  });

  await rm(join(experts, "everything.json"));
  await until(async () => (await tools()).length === 0);
});

function inputsOf(task: unknown): object {
  return typeof task === "object" && task !== null && "inputs" in task ? Object(task.inputs) : {};
}
