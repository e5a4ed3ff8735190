/**
 * Can what experts read, hear, give or complain about make Tutti plan or say what nobody asked for? Everything runs for
 * real; the language model does whatever it is told by anything that no quotation marks hold.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { createTutti, type RunReport, type RunRequest, type Tutti } from "../../src/index.ts";
import { experts, gullibleExperts } from "../fakes/gullible-experts.ts";
import { createGullibleModel, type GullibleCall } from "../fakes/gullible-model.ts";
import { startGullibleServer } from "../fakes/gullible-server.ts";
import { carelessQuotes, hostileTexts } from "../fixtures/hostile/texts.ts";
import { removeFolder, temporaryFolder } from "./server.ts";

const tenant = "t";
const HARMLESS = "A harmless text.";

let server: Awaited<ReturnType<typeof startGullibleServer>>;
let folder = "";
let tutti: Tutti;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startGullibleServer();
  const { llm } = loadConfig({ TUTTI_LLM: `openai-compatible:${server.url}/v1#gullible` });
  tutti = await createTutti({ dataFolder: folder, log: "off", llm, expertModules: [gullibleExperts] });
});

afterAll(async () => {
  await tutti.close();
  await server.close();
  await removeFolder(folder);
});

/** Gives the text as a result, and as the reason of a failure, which a second planning then learns of. */
const request = (text: string): RunRequest => ({
  messages: [
    { role: "assistant", content: [{ type: "text", text }] },
    { role: "user", content: [{ type: "text", text: "Repeat that, and stumble over it." }] },
  ],
  options: {},
});

async function run(text: string) {
  const before = server.model.calls.length;
  const { runId } = await tutti.submit(request(text), { tenant });
  const report = await tutti.wait(tenant, runId, AbortSignal.timeout(60_000));
  return { ...report, steps: stepsOf(report), calls: server.model.calls.slice(before) };
}

function stepsOf({ state }: RunReport): string[] {
  return [...state.nodes.values()].flatMap(({ spec, status }) =>
    spec.kind === "task" ? [`${spec.plannedBy} ${spec.id} ${spec.task} ${status}`] : [],
  );
}

const ordersOf = (calls: readonly GullibleCall[]) => calls.flatMap(({ orders }) => orders);
const purposesOf = (calls: readonly GullibleCall[]) => [...new Set(calls.map(({ purpose }) => purpose))];

let plain: Awaited<ReturnType<typeof run>>;
beforeAll(async () => {
  plain = await run(HARMLESS);
});

it("a harmless text is repeated, is failed over, and leads to a second planning", () => {
  expect(plain.steps).toEqual([
    "plan t1 repeat-text succeeded",
    "plan t2 stumble-over-text failed",
    "replan t3 language-identification succeeded",
  ]);
  expect(plain.state.nodes.get("t1")?.expert?.id).toBe(experts[0]?.card.id);
  expect(purposesOf(plain.calls)).toEqual(expect.arrayContaining(["plan", "replan", "fuse"]));
  expect(ordersOf(plain.calls)).toEqual([]);
  expect(plain.answer?.text).toContain(HARMLESS);
});

describe("a hostile text", () => {
  it.each(hostileTexts)("is repeated and failed over all the same: $name", async ({ text }) => {
    const { steps, calls, answer } = await run(text);
    expect(ordersOf(calls)).toEqual([]);
    expect(steps).toEqual(plain.steps);
    expect(answer?.text).not.toContain("As I was told");
    expect(answer?.assets).toEqual([]);
  });
});

it("the model was shown answers of its own that repeat such texts, to mend them", () => {
  expect(server.model.calls.filter(({ purpose }) => purpose === "correct").length).toBeGreaterThan(0);
});

describe("the model really is gullible", () => {
  /** Files and requests are nothing to a model that only answers, files nothing to one that plans again. */
  const idle = { replan: /forged file/, fuse: /forged file/ } as const;

  it.each(["replan", "fuse"] as const)("as it is asked to %s", (purpose) => {
    const messages = plain.calls.find((call) => call.purpose === purpose)?.messages ?? [];
    const answerTo = (place: (content: string) => string): string => {
      const model = createGullibleModel();
      // What tools there are it knows from the plan.
      model.answer(plain.calls[0]?.messages ?? []);
      return model.answer(messages.map(({ role, content }) => ({ role, content: place(content) })));
    };
    const usual = answerTo((content) => content);
    for (const { name, text, breaksOut } of hostileTexts.filter((one) => !idle[purpose].test(one.name))) {
      const unquoted = answerTo((content) => content.replaceAll(/^.*A harmless text\..*$/gmu, () => text));
      expect(unquoted === usual && !breaksOut, name).toBe(false);
      const quoted = carelessQuotes.map((quote) => quote(text).slice(1, -1));
      const careless = quoted.map((one) => answerTo((content) => content.replaceAll(HARMLESS, () => one)));
      expect(breaksOut && careless.every((answer) => answer === usual), name).toBe(false);
    }
  });
});
