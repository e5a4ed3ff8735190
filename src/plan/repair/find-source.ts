/** Finds what an open input can take: of everything there is, the only thing that fits. */
import type { Binding } from "../../run/plan-node.ts";
import { fits } from "../../run/value.ts";
import { convertGiven } from "./close-gap.ts";
import type { PlanWork, Step } from "./plan-work.ts";
import { questionIn, wordsFor } from "./request-words.ts";
import { upstream } from "./upstream.ts";
import type { Wish } from "./wish.ts";

type Tier = (work: PlanWork, wish: Wish) => readonly (Binding | undefined)[];

/** The best source of an open input; undefined where there is none, or several that are equally good. */
export function findSource(work: PlanWork, wish: Wish): Binding | undefined {
  const others = new Set([...wish.step.inputs.values()].map((one) => JSON.stringify(one)));
  for (const tier of tiersFor(wish)) {
    const found = new Map<string, Binding>();
    for (const one of tier(work, wish)) if (one) found.set(JSON.stringify(one), one);
    const fresh = [...found].filter(([key]) => !others.has(key));
    if (fresh.length === 1) return fresh[0]?.[1];
  }
  return undefined;
}

/** Where to look, what tells most first: what the plan itself says elsewhere, then what is the only thing of its type. */
function tiersFor({ kind, said, spec }: Wish): readonly Tier[] {
  if (kind === "broken-reference" || kind === "cycle") {
    return [behindDropped, linked, countedFromOne, unused, earlier, files, question, wordsAlone];
  }
  if (kind === "wrong-type" && said?.kind !== "text")
    return [linked, converted, behind, made, unused, earlier, files, wordsAlone];
  if (kind === "wrong-type") return [mentioned, linked, files, unused, earlier];
  if (kind === "invented-file") return [linked, files, unused, earlier, words];
  if (spec.slot === "question" || spec.slot === "instruction") return [question, linked, words];
  return [linked, unused, earlier, files, words];
}

/** Steps that this one may wait for. */
function usable(work: PlanWork, step: Step): Step[] {
  const later = work.dependents(step);
  return work.steps.filter(({ id }) => !later.has(id));
}

const give = (work: PlanWork, { step, spec }: Wish, sources: readonly Step[]): (Binding | undefined)[] =>
  sources.map((source) => work.give(source, step, spec.type));

/** What the links say comes before this step, and nothing in it takes yet. */
const linked: Tier = (work, wish) => {
  const known = work.sourcesOf(wish.step);
  const before = new Set(work.links.filter(({ to }) => to.includes(wish.step.at)).flatMap(({ from }) => from));
  return give(
    work,
    wish,
    usable(work, wish.step).filter((one) => before.has(one.at) && work.all[one.at] === one && !known.has(one.id)),
  );
};

/** The node before the one that was named: its author counted from 1. */
const countedFromOne: Tier = (work, wish) => {
  const { said, step } = wish;
  const meant = said?.kind === "output" && said.counted ? work.all[said.at - 1] : undefined;
  return meant && usable(work, step).includes(meant) ? give(work, wish, [meant]) : [];
};

const earlierSteps = (work: PlanWork, { step }: Wish): Step[] => usable(work, step).filter(({ at }) => at < step.at);

const unused: Tier = (work, wish) => {
  const used = new Set(work.steps.flatMap((step) => [...work.sourcesOf(step)]));
  return give(
    work,
    wish,
    earlierSteps(work, wish).filter(({ id }) => !used.has(id)),
  );
};

const earlier: Tier = (work, wish) => give(work, wish, earlierSteps(work, wish));

const files: Tier = ({ context }, { spec }) =>
  context.assets.filter(({ type }) => fits(type, spec.type)).map(({ asset }) => ({ asset }));

/** Files that are named in a longer text. */
const mentioned: Tier = ({ context }, { spec, said }) => {
  const text = said?.kind === "text" ? said.text.toLowerCase() : "";
  return context.assets
    .filter(({ type, name }) => fits(type, spec.type) && name !== undefined && text.includes(name.toLowerCase()))
    .map(({ asset }) => ({ asset }));
};

const behind: Tier = (work, wish) => {
  const { said, step } = wish;
  const source = said?.kind === "output" ? work.all[said.at] : undefined;
  return source ? upstream(work, source, wish, usable(work, step)) : [];
};

/** What a dropped node worked on. */
const behindDropped: Tier = (work, wish) => {
  const { said } = wish;
  const source = said?.kind === "output" ? work.all[said.at] : undefined;
  return source && !work.isThere(source) ? behind(work, wish) : [];
};

const converted: Tier = (work, wish) => [convertGiven(work, wish, usable(work, wish.step), false)];
const made: Tier = (work, wish) =>
  wish.said?.kind === "output" ? [convertGiven(work, wish, usable(work, wish.step), true)] : [];

const asText = (value: string | undefined): (Binding | undefined)[] =>
  value === undefined ? [] : [{ value: { type: "text", value } }];

const question: Tier = ({ context }, { spec }) =>
  spec.type === "text" && spec.slot === "question" ? asText(questionIn(context.text)) : [];

/** Whether there is nothing else that the request could mean. */
function isAlone(work: PlanWork, wish: Wish): boolean {
  return work.context.assets.length === 0 && earlier(work, wish).every((one) => one === undefined);
}

const words: Tier = (work, wish) =>
  wish.spec.type === "text" ? asText(wordsFor(wish.spec.slot, work.context.text, isAlone(work, wish))) : [];

/** Where another node's output was meant, the request's own words take its place only if there is no other node. */
const wordsAlone: Tier = (work, wish) => (isAlone(work, wish) ? words(work, wish) : []);
