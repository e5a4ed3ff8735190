/** What to do with files that come without a word, or with no more than "what's this?": put them into words. */
import { isAssetType } from "../../run/value.ts";
import type { Catalogue } from "./catalogue.ts";
import { convert } from "./convert.ts";
import type { Draft } from "./draft.ts";
import type { Things } from "./things.ts";

const wordless = {
  clause: { words: [], kind: "question", sentence: 0 },
  evidence: new Set<number>(),
  resolved: [],
  guard: undefined,
  when: undefined,
  group: "description",
} as const;

export function describeAssets(things: Things, catalogue: Catalogue, draft: Draft): void {
  for (const thing of things.recent(undefined)) {
    if (thing.origin === "asset" && isAssetType(thing.type))
      convert({ ...wordless, things, catalogue, draft }, thing, "text");
  }
}
