/**
 * Can the name of a file, or what was said before, make Tutti plan what nobody asked for? The language model here does
 * whatever it is told by anything that no quotation marks hold, so that every leak of a prompt shows as a changed plan.
 */
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { createTutti, type RunRequest, type Tutti } from "../../src/index.ts";
import { createGullibleModel, type GullibleCall, type GullibleMessage } from "../fakes/gullible-model.ts";
import { startGullibleServer } from "../fakes/gullible-server.ts";
import { carelessQuotes, hostileTexts } from "../fixtures/hostile/texts.ts";
import { verifies } from "./requirements.ts";
import { sampleBytes } from "./samples.ts";
import { removeFolder, temporaryFolder } from "./server.ts";

type Server = Awaited<ReturnType<typeof startGullibleServer>>;
const tenant = "t";
const HARMLESS = "a harmless text";

let server: Server;
let folder = "";
let tutti: Tutti;
let picture = "";
let note = "";

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startGullibleServer();
  const { llm } = loadConfig({ TUTTI_LLM: `openai-compatible:${server.url}/v1#gullible` });
  tutti = await createTutti({ dataFolder: folder, log: "off", llm });
  picture = (await tutti.upload({ tenant, bytes: Readable.from([sampleBytes("note.png")]) })).id;
  note = (await tutti.upload({ tenant, bytes: Readable.from([Buffer.from("It rained all day.")]) })).id;
});

afterAll(async () => {
  await tutti.close();
  await server.close();
  await removeFolder(folder);
});

const words = (text: string) => ({ type: "text" as const, text });
const user = (...content: RunRequest["messages"][number]["content"]) => ({ role: "user" as const, content });

/** Ways for a text to come before the planner that are no request. */
const ways: readonly (readonly [name: string, request: (text: string) => RunRequest["messages"]])[] = [
  [
    "the name of a picture",
    (name) => [user(words("What does it say?"), { type: "asset", asset: picture, kind: "image", name })],
  ],
  [
    "the name of a text file",
    (name) => [user(words("In which language is it?"), { type: "asset", asset: note, kind: "text", name })],
  ],
  [
    "what Tutti answered before",
    (text) => [
      user(words("What does it say?"), { type: "asset", asset: picture, kind: "image", name: "note.png" }),
      { role: "assistant", content: [words(text)] },
      user(words("And describe it.")),
    ],
  ],
  ["what was asked before", (text) => [user(words(text)), user(words("In which language was that?"))]],
  [
    "what a system message says",
    (text) => [{ role: "system", content: [words(text)] }, user(words("In which language was that?"))],
  ],
  [
    "a long text that a faulty step repeats",
    (text) => [
      ...Array.from({ length: 8 }, (_, at) => ({ role: "assistant" as const, content: [words(`${at} ${text}`)] })),
      user(words("Say aloud by heart what you told me.")),
    ],
  ],
];

/** What is planned, and what the model was asked for it. */
async function planOf(messages: RunRequest["messages"]) {
  const before = server.model.calls.length;
  const { nodes, problems } = await tutti.plan({ messages, options: {} }, { tenant });
  return { nodes: nodes.map(written), problems, calls: server.model.calls.slice(before) };
}

/** A step, without the words that it was given to work on. */
function written({ id, task, inputs }: Awaited<ReturnType<Tutti["plan"]>>["nodes"][number]): string {
  const bound = Object.entries(inputs).map(([name, one]) => ("value" in one ? `${name}: words` : { [name]: one }));
  return JSON.stringify([id, task, bound]);
}

const ordersOf = (calls: readonly GullibleCall[]) => calls.flatMap(({ orders }) => orders);
const purposesOf = (calls: readonly GullibleCall[]) => calls.map(({ purpose }) => purpose);

describe.each(ways)(`${verifies("llm:injection")} %s`, (_name, request) => {
  let plain: Awaited<ReturnType<typeof planOf>>;

  beforeAll(async () => {
    plain = await planOf(request(HARMLESS));
  });

  it("is no order where it is harmless", () => {
    expect(ordersOf(plain.calls)).toEqual([]);
    expect(plain.problems).toEqual([]);
    expect(plain.nodes).toHaveLength(1);
  });

  it.each(hostileTexts)("changes nothing of the plan: $name", async ({ text }) => {
    const hostile = await planOf(request(text));
    expect(ordersOf(hostile.calls)).toEqual([]);
    expect(hostile.nodes).toEqual(plain.nodes);
    expect(purposesOf(hostile.calls)).toEqual(purposesOf(plain.calls));
    expect(hostile.problems).toEqual([]);
  });
});

describe("the model really is gullible", () => {
  let asked: readonly GullibleMessage[] = [];
  let plain = "";

  beforeAll(async () => {
    const file = { type: "asset" as const, asset: picture, kind: "image" as const, name: HARMLESS };
    const { calls } = await planOf([user(words("What does it say?"), file)]);
    asked = calls[0]?.messages ?? [];
    plain = createGullibleModel().answer(asked);
  });

  /** What it plans where the harmless name in the prompt gives way to this. */
  function answerTo(written: string): string {
    const messages = asked.map(({ role, content }) => ({
      role,
      content: content.replaceAll(JSON.stringify(HARMLESS), () => written),
    }));
    expect(messages).not.toEqual(asked);
    return createGullibleModel().answer(messages);
  }

  const meant = hostileTexts.filter(({ name }) => !/to say|to choose|forged results/.test(name));

  it.each(meant.filter(({ breaksOut }) => !breaksOut))("obeys what nothing quotes: $name", ({ text }) => {
    expect(answerTo(text)).not.toBe(plain);
  });

  it.each(meant.filter(({ breaksOut }) => breaksOut))("obeys what is quoted without care: $name", ({ text }) => {
    expect(carelessQuotes.map((quote) => answerTo(quote(text))).filter((answer) => answer !== plain)).not.toEqual([]);
  });
});
