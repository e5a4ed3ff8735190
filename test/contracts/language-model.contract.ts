/** What every language model promises: text in order as it comes, usage last, an abort heeded at once, JSON when asked. */
import { collect } from "../collect.ts";
import { describe, expect, test } from "vitest";
import type { LanguageModel, ModelCall, ModelChunk } from "../../src/ports/language-model.ts";
import { rejection } from "./contract.ts";

export interface LanguageModelContract {
  readonly name: string;
  /** A model that answers with these pieces; with `hangs`, it then stays silent. */
  open(
    pieces: readonly string[],
    options?: { readonly hangs: boolean },
  ): Promise<{ model: LanguageModel; close(): Promise<void> }>;
}

export const PLAN_SCHEMA = {
  type: "object",
  properties: {
    nodes: { type: "array", items: { type: "object", properties: { task: { type: "string" } }, required: ["task"] } },
  },
  required: ["nodes"],
};

export function callOf(call: Partial<ModelCall> = {}): ModelCall {
  return {
    messages: [
      { role: "system", content: "You plan." },
      { role: "user", content: "Describe the picture." },
    ],
    signal: new AbortController().signal,
    ...call,
  };
}

export function textOf(chunks: readonly ModelChunk[]): string {
  return chunks.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("");
}

export function languageModelContract({ name, open }: LanguageModelContract): void {
  function check(
    title: string,
    pieces: readonly string[],
    run: (model: LanguageModel) => Promise<void>,
    options = { hangs: false },
  ) {
    // oxlint-disable-next-line vitest/expect-expect -- every caller's run expects
    test(title, async () => {
      const { model, close } = await open(pieces, options);
      try {
        await run(model);
      } finally {
        await model.close();
        await close();
      }
    });
  }

  describe(`${name}: language model`, () => {
    check(
      "streams the pieces in order and ends with the usage",
      ["A ", "dog", " runs", ".\n", "Über 日本 🐕"],
      async (model) => {
        const chunks = await collect(model.stream(callOf()));
        expect(textOf(chunks)).toBe("A dog runs.\nÜber 日本 🐕");
        expect(chunks.filter(({ type }) => type === "text").length).toBeGreaterThan(1);
        expect(chunks.filter(({ type }) => type === "usage")).toHaveLength(1);
        const last = chunks.at(-1);
        expect(last?.type === "usage" && (last.usage.inputTokens ?? 0) > 0 && (last.usage.outputTokens ?? 0) > 0).toBe(
          true,
        );
      },
    );

    check(
      "hands on JSON in pieces, before it is complete",
      ['{"nodes": [', '{"task": "cap', 'tion"}', "]}"],
      async (model) => {
        const chunks = await collect(model.stream(callOf({ schema: PLAN_SCHEMA })));
        expect(JSON.parse(textOf(chunks))).toEqual({ nodes: [{ task: "caption" }] });
        expect(chunks.filter(({ type }) => type === "text").length).toBeGreaterThan(1);
      },
    );

    check("makes the same model serve call after call, and calls at once", ["one ", "two"], async (model) => {
      await collect(model.stream(callOf()));
      const both = await Promise.all([collect(model.stream(callOf())), collect(model.stream(callOf()))]);
      expect(both.map(textOf)).toEqual(["one two", "one two"]);
    });

    check("refuses what was canceled before it began", ["text"], async (model) => {
      const signal = AbortSignal.abort();
      expect(await rejection(collect(model.stream(callOf({ signal }))))).toMatchObject({ code: "canceled" });
    });

    check(
      "ends as canceled in mid-stream, though the model stays silent",
      ["first ", "second "],
      async (model) => {
        const controller = new AbortController();
        const chunks = model.stream(callOf({ signal: controller.signal }))[Symbol.asyncIterator]();
        expect((await chunks.next()).value).toMatchObject({ type: "text" });
        const rest = rejection(drain(chunks));
        controller.abort(new Error("a reason of the caller's"));
        expect(await rest).toMatchObject({ code: "canceled" });
        expect(await chunks.next()).toEqual({ done: true, value: undefined });
      },
      { hangs: true },
    );

    check("lets a reader leave early", ["first ", "second ", "third"], async (model) => {
      for await (const chunk of model.stream(callOf())) {
        expect(chunk.type).toBe("text");
        break;
      }
      expect(textOf(await collect(model.stream(callOf())))).toBe("first second third");
    });

    test("has a name", async () => {
      const { model, close } = await open(["x"]);
      expect(model.name).toMatch(/^[a-z-]+:.+/u);
      await model.close();
      await close();
    });
  });
}

async function drain(chunks: AsyncIterator<ModelChunk>): Promise<void> {
  while ((await chunks.next()).done !== true);
}
