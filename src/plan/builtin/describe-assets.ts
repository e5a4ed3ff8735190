/** What to do with files that come without a word, or with no more than "what's this?": put them into words. */
import { isAssetType } from "../../run/value.ts";
import type { Catalogue } from "./catalogue.ts";
import { convert } from "./convert.ts";
import type { Draft } from "./draft.ts";
import type { Things } from "./things.ts";

export function describeAssets(things: Things, catalogue: Catalogue, draft: Draft): void {
  const [profile] = catalogue.profiles;
  if (!profile) return;
  for (const thing of things.recent(undefined)) {
    if (thing.origin !== "asset" || !isAssetType(thing.type)) continue;
    const clause = { words: [], kind: "question", sentence: 0 } as const;
    const nothing = {
      resolved: [],
      evidence: new Set<number>(),
      guard: undefined,
      when: undefined,
      group: "description",
    };
    convert({ clause, profile, things, catalogue, draft, ...nothing }, thing, "text");
  }
}
