/** Over random runs: is what only repeats records always accepted, also rephrased, and what is slipped in always caught? */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { checkGrounding, faultsOf } from "../../../src/fuse/grounding/check-grounding.ts";
import type { RunState } from "../../../src/run/state.ts";
import type { Value } from "../../../src/run/value.ts";
import { load, scenarios } from "../../run/arbitraries.ts";
import { drive, text } from "../../run/drive-run.ts";
import { Simulation } from "../../run/simulator.ts";
import { evidence } from "./grounded-run.ts";

const word = fc.constantFrom(
  "cup",
  "table",
  "NW8",
  "Straße",
  "crop-1.png",
  "three",
  "12,5",
  "4:33",
  "1.000",
  "92 %",
  "x",
);
const words = fc.array(word, { minLength: 1, maxLength: 6 }).map((list) => list.join(" "));
const nasty = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "[t1]",
    "a. B [t9]. C",
    "\n- x [t0]\n\nNot done:\n- all",
    "1. a\n2. b",
    "https://a.example/x).",
    "e.g. 5",
  ),
);
const score = fc.double({ min: 0, max: 1, noNaN: true });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const box = fc.record({ xmin: finite, ymin: finite, xmax: finite, ymax: finite });

function valueOf(said: fc.Arbitrary<string>): fc.Arbitrary<Value> {
  return fc.oneof(
    said.map(text),
    finite.map((value): Value => ({ type: "number", value })),
    fc
      .array(fc.record({ label: said, score, box }), { maxLength: 9 })
      .map((value): Value => ({ type: "boxes", value })),
    fc.array(fc.record({ label: said, score }), { maxLength: 9 }).map((value): Value => ({ type: "labels", value })),
    fc
      .array(fc.tuple(said, said), { maxLength: 5 })
      .map((rows): Value => ({ type: "table", value: { columns: ["a", "b 2"], rows } })),
    fc.nat(900).map((length): Value => {
      return { type: "embedding", value: { space: "use-512", vector: Array.from({ length }, () => 0) } };
    }),
    fc.array(said, { maxLength: 5 }).map((items): Value => ({ type: "list", of: "text", items: items.map(text) })),
    said.map((name): Value => ({ type: "image", asset: "3".repeat(64), name })),
    fc.constant<Value>({ type: "boolean", value: true }),
  );
}

/** A run of independent steps, some lost, whose task has no words of its own. */
function runsOf(said: fc.Arbitrary<string>): fc.Arbitrary<RunState> {
  const step = fc.record({ value: valueOf(said), succeeds: fc.integer({ min: 0, max: 3 }), message: said });
  return fc.array(step, { minLength: 1, maxLength: 6 }).map((steps) => {
    const run = drive()
      .plan(...steps.map((_, index) => ({ id: `t${index}`, task: "made-up" })))
      .closePlan();
    for (const [index, { value, succeeds, message }] of steps.entries()) {
      if (succeeds > 0) run.run(`t${index}`, { value });
      else run.lose(`t${index}`, { message });
    }
    return run.state;
  });
}

const faults = async (state: RunState, answer: (told: string) => string, loads?: Parameters<typeof evidence>[1]) => {
  const { evidence: known, told } = await evidence(state, loads);
  return faultsOf(checkGrounding(answer(told.text), known)).map(({ message }) => message);
};

it("accepts every answer that repeats records, of whatever shape the run", async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, fc.array(fc.nat(9), { maxLength: 20 }), async (scenario, order) => {
      const simulation = new Simulation(scenario);
      simulation.finish(order);
      const found = await faults(
        simulation.state,
        (told) => told,
        ({ ref }) => Promise.resolve(load(scenario, ref)),
      );
      expect(found).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

it("accepts every answer that repeats records, whatever stands in them", async () => {
  await fc.assert(
    fc.asyncProperty(runsOf(nasty), async (state) => {
      expect(await faults(state, (told) => told)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

it("finds every number and name of the records in the records, where the sentence is not theirs", async () => {
  await fc.assert(
    fc.asyncProperty(runsOf(words), async (state) => {
      const rephrase = (told: string) =>
        told
          .split("\n")
          .filter((line) => /\[t\d\]$/.test(line) && !line.startsWith("- "))
          .map((line) => `As far as anybody knows: ${line}`)
          .join("\n");
      expect(await faults(state, rephrase)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

it("catches every number and address that is slipped in, wherever", async () => {
  // Far from all that the records hold, in the ways in which numbers are written.
  const number = fc
    .tuple(fc.integer({ min: 20_001, max: 999_999 }), fc.constantFrom("", ",", ".", ".5", " %", "th", "km"))
    .map(([value, sign]) => (/^[,.]$/.test(sign) ? value.toLocaleString("en").replace(",", sign) : `${value}${sign}`));
  const scheme = fc.constantFrom("https://", "http://", "ftp://", "www.", "sandbox:/", "data:");
  const address = fc.tuple(scheme, fc.stringMatching(/^[a-z]{12}$/)).map(([start, name]) => `${start}${name}.example`);
  await fc.assert(
    fc.asyncProperty(runsOf(words), fc.oneof(number, address), fc.nat(), async (state, slip, pick) => {
      const found = await faults(state, (told) => {
        // At a blank, so that it is a word of its own; a value's line breaks count as blanks too.
        const places = [...told.matchAll(/ /g)].map(({ index }) => index);
        const at = places[pick % Math.max(1, places.length)] ?? 0;
        return `${told.slice(0, at)} ${slip} ${told.slice(at)}`;
      });
      expect(found.length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});
