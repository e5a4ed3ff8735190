/** Can any text, however senseless or hostile, make the planner crash, hang, or give a plan that may not run? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TuttiError } from "../../../src/errors.ts";
import type { RequestAsset } from "../../../src/ports/planner.ts";
import { dependenciesOf } from "../../../src/run/plan-node.ts";
import { filesOf, freshTasks, planRequest, type Planned } from "./plan-request.ts";

/** Pieces of ordinary requests, of hostile ones, and of none at all. */
const pieces = `describe|blur the faces|crop it to the dog|read it aloud|summarize|translate into French|the photo
  |the second picture|both images|the recording|'a quoted text.'|"Is it red?"|a.png|if there is a cat,|otherwise|unless
  |by cropping|after that|before describing it|and|then|how many people are there?|which language is it|300x200
  |is it about sports or politics?|by 90 degrees|error|<GENERATED>-0|{{x}}|\\|'|"|t1.text|__proto__|constructor|1.|:
  |Beschreibe das Bild|写真を説明して|🙂|https://example.com/a.png|missing.png|their labels|it|them|\n|\n\n`.split(
  /\n? *\|/,
);

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 25 }).map((parts) => parts.join(" ")),
  fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 10 })), { maxLength: 15 })
    .map((parts) => parts.join("")),
);

const assets = fc
  .uniqueArray(fc.constantFrom("a.png", "b.jpg", "c.wav", "note.txt", "d.mp4", "e.pdf"), { maxLength: 4 })
  .map((names) => filesOf(names.join(" ")));

const tasks = fc.oneof(fc.constant(freshTasks), fc.subarray([...freshTasks]));

async function attempt(request: string, given: Parameters<typeof planRequest>[2]): Promise<Planned | undefined> {
  try {
    return await planRequest(request, "", given);
  } catch (error) {
    if (error instanceof TuttiError) return undefined;
    throw error;
  }
}

describe("any request", () => {
  it("ends in a plan that may run, or in an error that says so", async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        assets,
        tasks,
        fc.integer({ min: 1, max: 20 }),
        async (request, files, catalogue, maxNodes) => {
          const planned = await attempt(request, { assets: files, tasks: catalogue, maxNodes });
          if (!planned) return;
          const { nodes, problems } = planned;
          expect(problems).toEqual([]);
          expect(nodes.map(({ id }) => id)).toEqual(nodes.map((_, at) => `t${at + 1}`));
          expect(nodes.length).toBeLessThanOrEqual(maxNodes);
          for (const [at, node] of nodes.entries()) {
            const earlier = nodes.slice(0, at).map(({ id }) => id);
            expect(earlier).toEqual(expect.arrayContaining([...dependenciesOf(node)]));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("is planned in the same way every time, and goes on where an interrupted planning ended", async () => {
    await fc.assert(
      fc.asyncProperty(text, assets, fc.nat(), async (request, files, cut) => {
        const first = await attempt(request, { assets: files });
        if (!first) return;
        const kept = first.nodes.slice(0, cut % (first.nodes.length + 1));
        const second = await attempt(request, { assets: files, frozen: kept });
        expect([...kept, ...(second?.nodes ?? [])]).toEqual(first.nodes);
      }),
      { numRuns: 300 },
    );
  });

  const long = [
    ["one word without end", "a".repeat(10_000)],
    ["steps without end", "describe the photo and ".repeat(450)],
    ["conditions without end", "if there is a dog, ".repeat(550)],
    ["alternatives without end", `is this text about ${"sports, ".repeat(1200)}or cooking? 'x'`],
    ["quotation marks", "'".repeat(10_000)],
    ["quotations", '"a" '.repeat(2500)],
    ["file names", "a.png ".repeat(1600)],
    ["another script", "日本語".repeat(3300)],
    ["placeholders", "{{x}} \\ <GENERATED>-0 error ".repeat(360)],
    ["a list", "1. ".repeat(3300)],
  ] as const;

  // The runner's own limit catches a hang; a plan takes milliseconds.
  it.each(long)("survives 10 kB of %s", async (_, request) => {
    const files: readonly RequestAsset[] = filesOf("a.png b.png");
    const planned = await attempt(request, { assets: files });
    expect(planned?.problems ?? []).toEqual([]);
  });
});
