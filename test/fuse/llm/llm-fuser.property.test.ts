/** Whatever a model writes, does the answer hold, stand behind its citations, and tell of all that went wrong? */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { checkGrounding, faultsOf } from "../../../src/fuse/grounding/check-grounding.ts";
import { createLlmFuser } from "../../../src/fuse/llm/llm-fuser.ts";
import { load, scenarios } from "../../run/arbitraries.ts";
import { Simulation } from "../../run/simulator.ts";
import { createScriptedModel } from "../../fakes/scripted-language-model.ts";
import { evidence, never, template } from "../grounding/grounded-run.ts";

const id = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("t0", "constructor", "t2", "toString", "t4") },
  { weight: 1, arbitrary: fc.constantFrom("t0__0", "t2__1", "plan", "answer", "n99") },
);
const piece = fc.oneof(
  id.map((one) => `[${one}]`),
  fc.tuple(id, id).map((pair) => `[${pair.join(", ")}]`),
  fc.constantFrom("a cup of coffee", "There are 3 cups", "not done", "https://a.example", "x.png", "4711", "two"),
  fc.constantFrom(
    ".",
    "!",
    "…",
    "\n",
    "\n\n",
    "\n- ",
    "\n1. ",
    "Not done:",
    "# Cups",
    "\r\n",
    "[",
    "]",
    '"',
    "{",
    "<think>",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
/** Good enough often enough that good and bad ones are mixed. */
const sentence = fc
  .tuple(
    fc.constantFrom("It says so", "A cup of coffee", "It was not done", "Nine cups"),
    id,
    fc.constantFrom(" ", "\n", "\n\n- "),
  )
  .map(([said, one, blank]) => `${said} [${one}].${blank}`);
const draft = fc.oneof(
  fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(" ")),
  fc.array(fc.oneof({ weight: 5, arbitrary: sentence }, piece), { maxLength: 12 }).map((parts) => parts.join("")),
);
const correction = fc.oneof(
  draft,
  fc
    .array(fc.record({ number: fc.nat(9), text: draft }), { maxLength: 6 })
    .map((corrections) => JSON.stringify({ corrections })),
);

it("holds against random drafts and random corrections, over random runs", async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, draft, correction, async (scenario, first, second) => {
      const simulation = new Simulation(scenario);
      simulation.finish();
      const { state } = simulation;
      const loads = ({ ref }: { readonly ref: string }) => Promise.resolve(load(scenario, ref));
      const model = createScriptedModel({ answers: (_, index) => (index === 0 ? first : second) });
      const fuser = createLlmFuser({ model, fallback: template, prompt: "Tell." });
      const pieces: string[] = [];
      const notes: string[] = [];
      const listeners = {
        tell: (text: string) => void pieces.push(text),
        note: (text: string) => void notes.push(text),
      };
      const answer = await fuser.fuse({ state, load: loads, ...listeners }, never);

      const { evidence: known, told } = await evidence(state, loads);
      expect(faultsOf(checkGrounding(answer.text, known))).toEqual([]);
      for (const { node, start, end } of answer.citations) expect(answer.text.slice(start, end)).toBe(`[${node}]`);
      expect(answer.assets).toEqual(told.assets);
      expect(model.calls.length).toBeLessThanOrEqual(2);
      const isLost = (node: string) => state.nodes.get(node)?.status !== "succeeded";
      const lost = told.citations.map(({ node }) => node).filter(isLost);
      expect(lost.filter((node) => !answer.citations.some((citation) => citation.node === node))).toEqual([]);
      const isRecordedWords = notes.some(
        (note) => note.includes("told in recorded words:") || note.includes("does not hold"),
      );
      if (!isRecordedWords) expect(answer.text.startsWith(pieces.join(""))).toBe(true);
    }),
    { numRuns: 300 },
  );
});
