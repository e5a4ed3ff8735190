/** Is every text given its own vector, or a fault told? */
import { expect, it } from "vitest";
import { createPoolEmbedder } from "../../src/adapters/pool-embedder.ts";
import type { ExpertCall, ExpertRunner } from "../../src/ports/expert-runner.ts";
import { scriptedCard, textTask } from "../fakes/scripted-experts.ts";

const card = scriptedCard("a/encoder", textTask);

function embedderOver(run: (call: ExpertCall) => unknown) {
  const calls: ExpertCall[] = [];
  const runner: ExpertRunner = {
    run: (call) => {
      calls.push(call);
      return Promise.resolve({ outputs: { vectors: run(call) }, usage: {} });
    },
    close: () => Promise.resolve(),
  };
  return { calls, embedder: createPoolEmbedder({ runner, expert: card, space: "s", scratch: "/nowhere" }) };
}

it("asks for all texts in one call, and for none in none", async () => {
  const { calls, embedder } = embedderOver(({ inputs }) => (inputs["texts"] as string[]).map((text) => [text.length]));
  expect(await embedder.embed(["a", "bcd"])).toEqual([[1], [3]]);
  expect(await embedder.embed([])).toEqual([]);
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatchObject({ expert: card, inputs: { texts: ["a", "bcd"] } });
  expect(embedder.space).toBe("s");
});

it("passes on when to stop", async () => {
  const { calls, embedder } = embedderOver(() => [[1]]);
  const stop = new AbortController();
  await embedder.embed(["a"], stop.signal);
  expect(calls[0]?.signal).toBe(stop.signal);
});

it.each([
  ["one too few", [[1]]],
  ["one too many", [[1], [2], [3]]],
  ["no numbers", [["x"], ["y"]]],
  ["nothing", undefined],
])("refuses %s instead of guessing whose they are", async (_what, vectors) => {
  const { embedder } = embedderOver(() => vectors);
  await expect(embedder.embed(["a", "b"])).rejects.toMatchObject({ code: "expert-failed" });
});
