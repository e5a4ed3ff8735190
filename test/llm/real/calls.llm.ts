/**
 * A sceptic doubts that a call of a real language model can be stopped, and that stopping reaches the process which
 * computes; and that a faulty step that goes back to a real model comes back mended, or else is told as what it is.
 */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openLanguageModel } from "../../../src/adapters/langchain/open.ts";
import { openRegistry } from "../../../src/compose/registry.ts";
import { parseModelName } from "../../../src/llm/parse-model-name.ts";
import { createBuiltinPlanner } from "../../../src/plan/builtin/planner.ts";
import { checkPlan } from "../../../src/plan/check-plan.ts";
import { loadPlanPrompts } from "../../../src/plan/llm/load-prompts.ts";
import { createLlmPlanner } from "../../../src/plan/llm/planner.ts";
import type { PlanningEvent } from "../../../src/plan/llm/planning-event.ts";
import type { LanguageModel, ModelCall, ModelChunk } from "../../../src/ports/language-model.ts";
import type { PlanItem } from "../../../src/ports/planner.ts";
import { rejection } from "../../contracts/contract.ts";
import { eachWay } from "./open-model.ts";
import { idleAfter } from "./processor-time.ts";

const LIMIT_MS = 600_000;

/** Tokens of an answer at most; of one that is never done before. */
const MANY = 6000;
const rows = Object.fromEntries(
  Array.from({ length: 8 }, (_, at) => [`row${at}`, { type: "array", minItems: 200, items: { type: "integer" } }]),
);
/** 1600 numbers: so that it is always stopped in the middle. */
const manyNumbers = { type: "object", properties: rows, required: Object.keys(rows), additionalProperties: false };

eachWay("calls", (running) => {
  let model: LanguageModel;

  beforeAll(async () => {
    const name = parseModelName(running().name);
    if (name.provider === "none") throw new Error("there is no model");
    model = await openLanguageModel(name, { keys: {}, timeoutMs: LIMIT_MS, stallMs: LIMIT_MS });
  });

  afterAll(() => model.close());

  const call = (words: string, more: Partial<ModelCall> = {}): ModelCall => ({
    messages: [{ role: "user", content: words }],
    signal: AbortSignal.timeout(LIMIT_MS),
    ...more,
  });

  async function saysSomething(): Promise<void> {
    const text: string[] = [];
    for await (const chunk of model.stream(call("Say yes.", { maxTokens: 8 }))) {
      if (chunk.type === "text") text.push(chunk.text);
    }
    expect(text.join("")).not.toBe("");
  }

  it("stops in the middle of an answer", { timeout: LIMIT_MS }, async () => {
    await saysSomething();
    const controller = new AbortController();
    const counting = call("Count.", { schema: manyNumbers, maxTokens: MANY, signal: controller.signal });
    const chunks = model.stream(counting)[Symbol.asyncIterator]();
    await chunks.next();
    const begun = performance.now();
    const PIECES = 40;
    for (let piece = 0; piece < PIECES; piece += 1) expect(await chunks.next()).toMatchObject({ done: false });
    const wholeMs = ((performance.now() - begun) / PIECES) * MANY;
    const abortedAt = performance.now();
    controller.abort();
    expect(await rejection(chunks.next())).toMatchObject({ code: "canceled" });
    const toldMs = performance.now() - abortedAt;
    const idleMs = await idleAfter(running().pid, wholeMs);
    console.log(
      `aborted after ${PIECES} of some ${MANY} tokens (all: ${shown(wholeMs)}): caller told after ${shown(toldMs)}, idle after ${shown(idleMs)}`,
    );
    if (process.platform === "linux") expect(idleMs).toBeLessThan(wholeMs / 2);
    await saysSomething();
  });

  it("stops while it reads a long prompt", { timeout: LIMIT_MS }, async () => {
    const controller = new AbortController();
    // Digits are a token each, or two or three one, so this fits.
    const words = "31415926535897932384".repeat(Math.min(16_384, model.contextTokens ?? 8192) / 40);
    const reading = call(words, { maxTokens: 5, signal: controller.signal });
    const first = rejection(model.stream(reading)[Symbol.asyncIterator]().next());
    await pause(60);
    const abortedAt = performance.now();
    controller.abort();
    expect(await first).toMatchObject({ code: "canceled" });
    const toldMs = performance.now() - abortedAt;
    const idleMs = await idleAfter(running().pid, LIMIT_MS);
    console.log(`aborted while reading: caller told after ${shown(toldMs)}, idle after ${shown(idleMs)}`);
    if (process.platform === "linux") expect(idleMs).toBeDefined();
    await saysSomething();
  });

  it("gets a faulty step back, and what comes of it is sound", { timeout: LIMIT_MS }, async () => {
    const registry = await openRegistry(process.env["PATH"] ?? "", []);
    const input = {
      text: "What does the note say, and how does it sound?",
      history: [],
      assets: [{ handle: "image-1", asset: "a".repeat(64), type: "image" }],
      tasks: registry.tasks,
      frozen: [],
      maxNodes: 64,
    } as const;
    const events: PlanningEvent[] = [];
    const planner = createLlmPlanner({
      model: withFirstWords(model, FAULTY),
      prompts: await loadPlanPrompts(),
      fallback: createBuiltinPlanner({}),
      onEvent: (event) => void events.push(event),
    });
    const items: PlanItem[] = [];
    for await (const item of planner.plan(input, AbortSignal.timeout(LIMIT_MS))) items.push(item);
    const repairs = events.filter((event) => event.type === "call" && event.purpose === "repair");
    // Without an author, it is the faulty step itself: given up, for the run to refuse.
    const sound = items.flatMap((item) => (item.type === "node" && item.by !== undefined ? [item] : []));
    console.log(
      `a faulty step went back ${repairs.length} times: ${sound.map(({ node, by }) => `${node.id} ${node.task} by ${by}`).join(", ")}`,
    );
    // What it is told may be more than it can read.
    const notes = items.flatMap((item) => (item.type === "note" ? [item.text] : [])).join("\n");
    if (repairs.length === 0) expect(notes).toContain("could repair nothing");
    expect(sound[0], "the good step before it went on at once").toMatchObject({ by: "model", node: { id: "t1" } });
    expect(
      checkPlan(
        sound.map(({ node }) => node),
        input,
      ),
    ).toEqual([]);
  });
});

/** Its second step names an input that the tool has not, and leaves out the one that it needs. */
const FAULTY = JSON.stringify({
  steps: [
    { id: "t1", task: "optical-character-recognition", inputs: { image: "<image-1>" } },
    { id: "t2", task: "sentiment-analysis", inputs: { picture: "<image-1>" } },
  ],
  reply: "",
});

/** The model, but for its first answer. */
function withFirstWords(model: LanguageModel, words: string): LanguageModel {
  let said = false;
  async function* stream(call: ModelCall): AsyncGenerator<ModelChunk> {
    if (said) return yield* model.stream(call);
    said = true;
    yield { type: "text", text: words };
  }
  return {
    name: model.name,
    seesImages: false,
    contextTokens: model.contextTokens,
    stream,
    close: () => model.close(),
  };
}

const shown = (time: number | undefined): string => (time === undefined ? "an unknown time" : `${time.toFixed(0)} ms`);
