// A sceptic doubts that a GGUF in this process keeps the port's promises, and that its evaluated prefix is used again.
import { collect } from "../../collect.ts";
import { describe, expect, test } from "vitest";
import { openLanguageModel } from "../../../src/adapters/langchain/open.ts";
import type { OpenLanguageModelOptions } from "../../../src/adapters/langchain/open.ts";
import { callOf, languageModelContract, PLAN_SCHEMA, textOf } from "../../contracts/language-model.contract.ts";
import { rejection } from "../../contracts/contract.ts";
import { fakeNodeLlamaCpp, type FakeLlamaOptions } from "../../fakes/fake-node-llama-cpp.ts";

async function open(fake: FakeLlamaOptions, more: Partial<OpenLanguageModelOptions> = {}) {
  // Any file that is there will do: what would read it is played.
  const source = import.meta.filename;
  const llama = fakeNodeLlamaCpp(fake);
  const load = () => Promise.resolve(llama.runtime);
  const model = await openLanguageModel(
    { provider: "llama-cpp", source },
    { keys: {}, ...more, llamaCpp: { load, ...more.llamaCpp } },
  );
  return { model, llama, close: () => model.close() };
}

languageModelContract({
  name: "llama-cpp, its library played",
  open: (pieces, options) => open({ pieces, ...options }),
});

const FIXED = "You plan. These are the tools: ".repeat(10);

function ask(words: string, more: Parameters<typeof callOf>[0] = {}) {
  return callOf({
    messages: [
      { role: "system", content: FIXED },
      { role: "user", content: words },
    ],
    ...more,
  });
}

describe("llama-cpp", () => {
  test("counts what was not computed anew, and comes back to the sequence that holds the prefix", async () => {
    const { model, llama } = await open({ pieces: ["a", "b"] });
    await collect(model.stream(ask("first")));
    await collect(model.stream(callOf({ messages: [{ role: "user", content: "Quite another matter" }] })));
    const chunks = await collect(model.stream(ask("second")));
    expect(llama.served.map(({ sequence }) => sequence)).toEqual([0, 1, 0]);
    const usage = chunks.at(-1);
    expect(usage).toMatchObject({ type: "usage", usage: { outputTokens: 2 } });
    expect(usage?.type === "usage" && usage.usage.cachedTokens).toBeGreaterThanOrEqual(FIXED.length);
  });

  test("waits in line when every sequence is busy, and leaves the line on abort", async () => {
    const { model } = await open({ pieces: ["a"], hangs: true }, { llamaCpp: { sequences: 1 } });
    const first = new AbortController();
    const running = model.stream(ask("first", { signal: first.signal }))[Symbol.asyncIterator]();
    await running.next();
    const second = new AbortController();
    const waiting = rejection(collect(model.stream(ask("second", { signal: second.signal }))));
    const third = model.stream(ask("third"))[Symbol.asyncIterator]();
    const next = third.next();
    second.abort();
    expect(await waiting).toMatchObject({ code: "canceled" });
    first.abort();
    expect(await next).toMatchObject({ value: { text: "a" } });
    await third.return?.();
  });

  test("stops between two steps of a long prompt, and keeps what it read of it", async () => {
    const read: number[] = [];
    const controller = new AbortController();
    const onRead = (tokens: number) => {
      if (read.push(tokens) === 2) controller.abort();
    };
    const { model } = await open({ pieces: ["a"], onRead });
    const long = FIXED.repeat(10);
    expect(await rejection(collect(model.stream(ask(long, { signal: controller.signal }))))).toMatchObject({
      code: "canceled",
    });
    const chunks = await collect(model.stream(ask(long)));
    const total = read.reduce((sum, tokens) => sum + tokens);
    expect(read.slice(0, 2)).toEqual([256, 256]);
    expect(total).toBeGreaterThan(long.length);
    const usage = chunks.at(-1);
    expect(usage).toMatchObject({ type: "usage", usage: { inputTokens: total + 1, cachedTokens: 512 } });
  });

  test("holds the model to the schema by a grammar, made once", async () => {
    const { model, llama } = await open({ pieces: ['{"nodes": []}'] });
    await collect(model.stream(ask("a", { schema: PLAN_SCHEMA })));
    await collect(model.stream(ask("b", { schema: PLAN_SCHEMA })));
    expect(llama.grammars).toHaveLength(1);
    expect(llama.grammars[0]).toContain(String.raw`"\"nodes\""`);
  });

  test("what goes beyond its room is llm-context-length, an answer cut short is malformed JSON", async () => {
    const small = await open({ pieces: ["a"], room: 50 });
    expect(await rejection(collect(small.model.stream(ask("x"))))).toMatchObject({ code: "llm-context-length" });
    const pieces = Array.from({ length: 30 }, () => "a");
    const tight = await open({ pieces, room: 20 });
    const short = callOf({ messages: [{ role: "user", content: "hi" }] });
    expect(await rejection(collect(tight.model.stream(short)))).toMatchObject({ code: "llm-context-length" });
    expect(textOf(await collect(tight.model.stream({ ...short, maxTokens: 5 })))).toBe("aaaaa");
    const { model } = await open({ pieces: ['{"nodes"', ": []}"] });
    expect(await rejection(collect(model.stream(ask("x", { schema: PLAN_SCHEMA, maxTokens: 1 }))))).toMatchObject({
      code: "llm-malformed",
    });
  });
});
