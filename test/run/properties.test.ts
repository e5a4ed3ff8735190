/**
 * A sceptic doubts that any of this holds once things go wrong: processes killed between two commits, messages that
 * come late, twice, or from workers thought dead, planning begun anew. So all of it goes wrong here, at random.
 * FC_RUNS scales the number of cases (default 1), FC_SEED repeats a failure.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { verifies } from "../e2e/requirements.ts";
import { scenarios, type Scenario } from "./arbitraries.ts";
import { checkFates, expectedStatus } from "./fates.ts";
import { Simulation } from "./simulator.ts";
import { play, turn } from "./turns.ts";

const scale = Number(process.env["FC_RUNS"] ?? 1);
const seed = process.env["FC_SEED"];
const runs = (count: number) => ({
  numRuns: Math.ceil(count * scale),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});

const order = fc.array(fc.nat(11), { maxLength: 40 });

/** Every node's end, without how and when it came to it. */
function endsOf(simulation: Simulation): Record<string, unknown> {
  const ends = [...simulation.ledger.entries].map(([id, { fate, outputs }]) => [id, { fate, outputs }]);
  return { status: simulation.ledger.status, ...Object.fromEntries(ends) };
}

describe("a run of the kernel", { timeout: 60_000 * Math.max(1, scale) }, () => {
  test(`ends rightly in whatever order its commands come. ${verifies("kernel:always-ends")}`, () => {
    fc.assert(
      fc.property(scenarios, order, (scenario, picks) => {
        const simulation = new Simulation(scenario);
        simulation.finish(picks);
        checkFates(scenario, simulation.ledger);
        expect(simulation.ledger.status).toBe(expectedStatus(simulation.ledger));
      }),
      runs(300),
    );
  });

  test(`keeps its promises while everything goes wrong. ${verifies("kernel:completes-once", "kernel:inputs-first")}`, () => {
    fc.assert(
      fc.property(scenarios, fc.array(turn, { maxLength: 150, size: "max" }), order, (scenario, turns, picks) => {
        const simulation = new Simulation(scenario);
        for (const next of turns) if (!simulation.finished) play(simulation, next);
        simulation.finish(picks);
        const { ledger } = simulation;
        if (ledger.status === "canceled" || ledger.status === "expired") return;
        checkFates(scenario, ledger);
        expect(ledger.status).toBe(expectedStatus(ledger));
      }),
      runs(400),
    );
  });

  test(`comes to the same end when it is killed before or after any of its commands. ${verifies("kernel:replays")}`, () => {
    const steady = scenarios.map((scenario): Scenario => {
      return { ...scenario, plans: scenario.plans.slice(0, 1), maxNodes: 200 };
    });
    fc.assert(
      fc.property(steady, order, (scenario, picks) => {
        const undisturbed = new Simulation(scenario);
        undisturbed.finish(picks);
        for (let command = 0; command < undisturbed.commands; command += 1) {
          for (const when of ["before", "after"] as const) {
            const simulation = new Simulation(scenario, { crashAt: { command, when } });
            simulation.finish(picks);
            expect(endsOf(simulation), `killed ${when} command ${command}`).toEqual(endsOf(undisturbed));
          }
        }
      }),
      runs(15),
    );
  });
});
