/**
 * Does a language model really conduct: its plan is what runs, its words are the answer, and where it fails, the built-in
 * ones do the work and the run says so? The model is a server that speaks OpenAI's wire format; all the rest is real.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { requestFromFiles } from "../../src/cli/request-from-files.ts";
import { createTutti, type RunReport, type Tutti } from "../../src/index.ts";
import { viewRun } from "../../src/http/run-view.ts";
import { renderText } from "../../src/run/render-text.ts";
import { loadConfig } from "../../src/config.ts";
import { collect } from "../collect.ts";
import { readWire, startProviderServer, type ProviderServer } from "../fakes/provider-server.ts";
import { verifies } from "./requirements.ts";
import { samplePath } from "./samples.ts";
import { removeFolder, temporaryFolder } from "./server.ts";

const WORDS = "What does the note say, and how does it sound?";
const PLAN = JSON.stringify({
  steps: [
    { id: "t1", task: "optical-character-recognition", inputs: { image: "<image-1>" } },
    { id: "t2", task: "sentiment-analysis", inputs: { text: "<t1.text>" } },
  ],
  reply: "",
});
const ANSWER = "The note thanks Anna for a weekend in Lisbon [t1]. It sounds positive [t2].";

let server: ProviderServer;
let folder = "";
let tutti: Tutti;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startProviderServer(await readWire("openai"));
  const { llm } = loadConfig({ TUTTI_LLM: `openai-compatible:${server.url}/v1#test-model` });
  tutti = await createTutti({ dataFolder: folder, log: "off", llm });
});

afterAll(async () => {
  await tutti.close();
  await server.close();
  await removeFolder(folder);
});

async function ask(words = WORDS, files = [samplePath("note.png")]): Promise<RunReport> {
  const request = await requestFromFiles(tutti, "t", words, files);
  const { runId } = await tutti.submit(request, { tenant: "t" });
  return tutti.wait("t", runId, AbortSignal.timeout(60_000));
}

const plannerOf = ({ state }: RunReport): unknown => state.nodes.get("plan")?.outputs["planner"];
const notesOf = ({ state }: RunReport): string => state.notes.map(({ text }) => text).join("\n");

it(verifies("llm:conducts"), { timeout: 90_000 }, async () => {
  server.reply({ pieces: PLAN.match(/.{1,7}/gs) ?? [] }, { pieces: ANSWER.match(/.{1,5}/gs) ?? [] });
  const report = await ask();
  expect(report.state.status, notesOf(report)).toBe("succeeded");
  expect(plannerOf(report)).toMatchObject({ value: expect.stringContaining("test-model") as string });
  expect([...report.state.nodes.keys()]).toEqual(["plan", "answer", "t1", "t2"]);
  expect(report.answer?.text).toBe(ANSWER);
  expect(report.answer?.citations.map(({ node }) => node)).toEqual(["t1", "t2"]);
  // What the picture says reached the model as a record, and nothing else of it did.
  const said = JSON.stringify(server.requests.at(-1)?.body);
  expect(said).toContain("weekend in Lisbon");
});

it(verifies("llm:answer-streams", "llm:usage", "llm:origin"), { timeout: 90_000 }, async () => {
  server.reply({ pieces: [PLAN] }, { pieces: ANSWER.match(/.{1,5}/gs) ?? [] });
  const { state } = await ask();
  const events = await collect(tutti.events("t", state.runId, 0, AbortSignal.timeout(10_000)));
  const parts = events.flatMap((event) => (event.type === "answer-part" ? [event.data] : []));
  // The last sentence is whole only when the answer is.
  expect(parts[0]).toMatchObject({ from: 0, text: "The note thanks Anna for a weekend in Lisbon [t1]." });
  const types = events.map(({ type }) => type);
  expect(types.indexOf("answer-part")).toBeLessThan(types.lastIndexOf("node-succeeded"));

  // What the server says of each call.
  expect(state.nodes.get("plan")?.usage).toMatchObject({ inputTokens: 40, cachedTokens: 32, outputTokens: 7 });
  expect(viewRun({ publicUrl: "" }, { state }).usage).toEqual({ inputTokens: 80, cachedTokens: 64, outputTokens: 14 });
  expect(renderText(state)).toMatch(/t1 .*optical-character-recognition[^]*by the model/);
});

it(verifies("llm:reply"), { timeout: 90_000 }, async () => {
  server.reply({ pieces: [JSON.stringify({ steps: [], cannot: "", reply: "Hello! What shall I look at?" })] });
  const { state, answer } = await ask("Hi there!", []);
  expect(state.status).toBe("succeeded");
  expect(answer).toMatchObject({ basis: "reply", citations: [] });
  expect(answer?.text).toBe("The language model says, with no step behind it: Hello! What shall I look at?");
});

it(verifies("llm:grounded"), { timeout: 90_000 }, async () => {
  const invented = "The note cost 4711 euros [t1]. It sounds positive [t2].";
  server.reply({ pieces: [PLAN] }, { pieces: [invented] });
  const report = await ask();
  expect(report.answer?.text).not.toContain("4711");
  expect(report.answer?.text).toContain("[t1]");
  expect(notesOf(report)).not.toBe("");
});

it(verifies("llm:falls-back"), { timeout: 90_000 }, async () => {
  server.reply({ error: "auth" });
  const report = await ask();
  expect(report.state.status, notesOf(report)).toBe("succeeded");
  expect(report.answer?.text).toContain("Dear Anna");
  expect(notesOf(report)).toMatch(/llm-auth/);
});
