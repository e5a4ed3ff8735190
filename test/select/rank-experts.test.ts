/** Is the order of experts a good one, the same every time, and told, where nothing is known but their cards? */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { ExpertCard } from "../../src/registry/expert-card.ts";
import { rankExperts } from "../../src/select/ranking.ts";
import { rankedSelector } from "../../src/select/rank-experts.ts";
import { scriptedCard, textTask } from "../fakes/scripted-experts.ts";

const card = (id: string, merit: number) => scriptedCard(id, textTask, { merit });
const cards = [card("b/fair", 0.5), card("a/best", 0.9), card("a/fair", 0.5), card("c/poor", 0.1)];
const spec = { id: "t1", kind: "task", task: "shout", inputs: {} } as const;
const never = new AbortController().signal;
const orderOf = (candidates: readonly ExpertCard[]) =>
  rankExperts(spec, candidates, () => undefined, 0).ordered.map((standing) => standing.card);

it("puts the best first, equals by name, and says why", async () => {
  const { experts, reason } = await rankedSelector.select(spec, cards, never);
  expect(experts).toEqual(["a/best", "a/fair", "b/fair", "c/poor"].map((id) => ({ id, version: "1.0.0" })));
  expect(reason).toBe("never called yet, said to be good (0.9); next: a/fair (never called yet)");
  expect(await rankedSelector.select(spec, [card("a/only", 0.1)], never)).toEqual({
    experts: [{ id: "a/only", version: "1.0.0" }],
    reason: "the only expert available for the task: never called yet, said to be a makeshift (0.1)",
  });
  expect(rankedSelector.selectNow?.(spec, cards)).toEqual({ experts, reason });
});

it("takes the one that the plan insists on, and no other after it", async () => {
  for (const expert of ["c/poor", "c/poor@1.0.0"]) {
    expect(await rankedSelector.select({ ...spec, expert }, cards, never)).toEqual({
      experts: [{ id: "c/poor", version: "1.0.0" }],
      reason: "the plan asks for it",
    });
  }
});

it("gives one order, however the candidates come, and loses none", () => {
  const arbitrary = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.constantFrom(0, 0.3, 0.3001, 1)), {
    selector: ([id]) => id,
    minLength: 1,
  });
  fc.assert(
    fc.property(arbitrary, fc.infiniteStream(fc.nat()), (pairs, random) => {
      const candidates = pairs.map(([id, merit]) => card(id, merit));
      const shuffled = candidates
        .map((candidate) => ({ candidate, at: random.next().value ?? 0 }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ candidate }) => candidate);
      const ranked = orderOf(shuffled);
      expect(ranked).toEqual(orderOf(candidates));
      expect(ranked.map(({ id }) => id).toSorted()).toEqual(pairs.map(([id]) => id).toSorted());
      const merits = ranked.map(({ merit }) => merit);
      expect(merits).toEqual(merits.toSorted((a, b) => b - a));
    }),
  );
});

it("finds the best of very many as if it had sorted them all, and records a handful", async () => {
  const many = Array.from({ length: 3000 }, (_, index) => card(`m/${index}`, ((index * 7919) % 3001) / 3001));
  const best = many.toSorted((a, b) => b.merit - a.merit).slice(0, 64);
  expect(orderOf(many)).toEqual(best);
  expect((await rankedSelector.select(spec, many, never)).experts).toEqual(
    best.slice(0, 8).map(({ id, version }) => ({ id, version })),
  );
});

it("puts those behind that list languages, and not the one that is wanted", () => {
  const speaking = (id: string, merit: number, languages?: readonly string[]) =>
    scriptedCard(id, textTask, { merit, ...(languages && { languages }) });
  const speakers = [
    speaking("a/english", 0.9, ["en", "x y z"]),
    speaking("b/german", 0.5, ["de-CH", "de"]),
    speaking("c/unknown", 0.3),
    speaking("d/french", 0.8, ["fr"]),
  ];
  const order = (value: string) =>
    rankExperts({ inputs: { language: { value: { type: "text", value } } } }, speakers, () => undefined, 0);
  expect(order("German").ordered.map((standing) => standing.card.id)).toEqual([
    "b/german",
    "c/unknown",
    "a/english",
    "d/french",
  ]);
  expect(order("de").healthy.map((standing) => standing.card.id)).toEqual(["b/german", "c/unknown"]);
  expect(order(" english ").ordered[0]?.card.id).toBe("a/english");
  expect(orderOf(speakers)[0]?.id).toBe("a/english");
});
