/** Is the order of experts a good one, the same every time, and told? */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { rankedSelector, rankExperts } from "../../src/select/rank-experts.ts";
import { scriptedCard, textTask } from "../fakes/scripted-experts.ts";

const card = (id: string, merit: number) => scriptedCard(id, textTask, { merit });
const cards = [card("b/fair", 0.5), card("a/best", 0.9), card("a/fair", 0.5), card("c/poor", 0.1)];

it("puts the best first, equals by name, and says why", () => {
  const { experts, reason } = rankExperts({}, cards);
  expect(experts).toEqual(["a/best", "a/fair", "b/fair", "c/poor"].map((id) => ({ id, version: "1.0.0" })));
  expect(reason).toBe("best merit of 4 (0.9)");
  expect(rankExperts({}, [card("a/only", 0.1)]).reason).toBe("the only expert available for the task");
});

it("takes the one that the plan insists on, and no other after it", () => {
  expect(rankExperts({ expert: "c/poor" }, cards)).toEqual({
    experts: [{ id: "c/poor", version: "1.0.0" }],
    reason: "the plan asks for it",
  });
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
      const ranked = rankExperts({}, shuffled);
      expect(ranked).toEqual(rankExperts({}, candidates));
      expect(ranked.experts.map(({ id }) => id).toSorted()).toEqual(pairs.map(([id]) => id).toSorted());
      const merits = ranked.experts.map(({ id }) => pairs.find(([known]) => known === id)?.[1] ?? -1);
      expect(merits).toEqual(merits.toSorted((a, b) => b - a));
    }),
  );
});

it("is what the dispatcher asks", async () => {
  const spec = { id: "t1", kind: "task", task: "shout", inputs: {} } as const;
  expect(await rankedSelector.select(spec, cards, new AbortController().signal)).toEqual(rankExperts({}, cards));
});
