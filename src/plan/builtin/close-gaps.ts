/** Closes type gaps: the shortest way over the tasks from what there is to what is wanted. */
import { isAssetType, sameType, type ValueType } from "../../run/value.ts";
import type { Catalogue, Profile } from "./catalogue.ts";
import { itemType } from "./item-type.ts";
import { stem } from "./words.ts";

/** One conversion: a task, the input that takes the thing, and the output that goes on. */
export interface Conversion {
  readonly profile: Profile;
  readonly input: string;
  readonly output: string;
  readonly gives: ValueType;
}

export interface Gap {
  readonly from: ValueType;
  readonly to: ValueType;
  /**
   * Stems of the words that ask for it: of several tasks that read text from a picture, "the sign" wants another than
   * "the scene".
   */
  readonly hints: ReadonlySet<string>;
  /** Whether files may be made from words: only where it is asked for, never to fill in for a file that is missing. */
  readonly making: boolean;
  /** Tasks that did the first conversion for another step already. */
  readonly done: ReadonlySet<string>;
}

const MOST_CONVERSIONS = 3;

/** What a conversion costs, and what makes it dearer or cheaper. */
const costs = {
  step: 2,
  least: 0.5,
  byProduct: 0.8,
  unavailable: 0.7,
  named: -0.4,
  done: -0.15,
  hinted: -1,
  worded: -0.3,
} as const;

/** Conversions by which a task can take `from` alone. */
function conversionsFrom(from: ValueType, { making }: Pick<Gap, "making">, { profiles }: Catalogue): Conversion[] {
  return profiles.flatMap((profile) => {
    // Nobody asked for it: so nothing may come of it but what it gives.
    if (profile.task.external === true) return [];
    const [only, ...others] = profile.inputs.filter(([, { optional }]) => optional !== true);
    if (!only || others.length > 0 || !sameType(only[1].type, from)) return [];
    const conversions = profile.outputs.map(([output, { type }]) => ({
      profile,
      input: only[0],
      output,
      gives: type,
    }));
    return conversions.filter(({ gives }) => making || isAssetType(from) || !isAssetType(itemType(gives)));
  });
}

interface Way {
  readonly at: ValueType;
  readonly cost: number;
  readonly steps: readonly Conversion[];
}

/**
 * The cheapest way from one type to another, by E. W. Dijkstra's algorithm (1959) over types; undefined where there
 * is none of at most three steps.
 */
export function findConversions(gap: Gap, catalogue: Catalogue): readonly Conversion[] | undefined {
  let open: Way[] = [{ at: gap.from, cost: 0, steps: [] }];
  const closed: ValueType[] = [];
  const isClosed = (type: ValueType): boolean => closed.some((one) => sameType(one, type));
  while (open.length > 0) {
    const way = open.reduce((best, one) => (one.cost < best.cost ? one : best));
    if (sameType(way.at, gap.to) && way.steps.length > 0) return way.steps;
    open = open.filter((one) => one !== way);
    if (isClosed(way.at) || way.steps.length >= MOST_CONVERSIONS) continue;
    closed.push(way.at);
    for (const step of conversionsFrom(way.at, gap, catalogue)) {
      if (isClosed(step.gives)) continue;
      open.push({ at: step.gives, cost: way.cost + costOf(step, gap, catalogue), steps: [...way.steps, step] });
    }
  }
  return undefined;
}

function costOf(conversion: Conversion, { from, to, hints, done }: Gap, { rarity, bagRarity }: Catalogue): number {
  const { profile, output, gives } = conversion;
  const { name, cues, bag, task, outputs } = profile;
  const types = [plainStem(from), plainStem(to)];
  let hinted = 0;
  for (const hint of hints) {
    if (types.includes(hint)) continue;
    if (name.has(hint) || cues.some(({ stems }) => stems.length === 1 && stems[0] === hint)) hinted += rarity(hint);
    else if (bag.has(hint)) hinted += bagRarity(hint) / 2;
  }
  let cost = costs.step + costs.hinted * Math.min(1, hinted);
  // "the text in the picture": said nearly as the task's own wordings say it.
  const said = (one: string): boolean => hints.has(one) || one === types[0];
  if (cues.some(({ stems, directed }) => !directed && stems.length > 1 && stems.every(said))) cost += costs.worded;
  // What a task is for comes first among its outputs; what else it gives is a by-product.
  if (outputs[0]?.[0] !== output) cost += costs.byProduct;
  if (cues.some(({ stems, directed }) => directed && stems.at(-1) === gives)) cost += costs.named;
  if (task.unavailable !== undefined) cost += costs.unavailable;
  if (done.has(task.id)) cost += costs.done;
  return Math.max(costs.least, cost);
}

const plainStem = (type: ValueType): string => (typeof type === "string" ? stem(type) : plainStem(type.list));

/** Types that things of these types can be turned into, themselves included. */
export function reachableFrom(types: readonly ValueType[], catalogue: Catalogue): ValueType[] {
  const found: ValueType[] = [];
  let next = types.map(itemType);
  for (let step = 0; step <= MOST_CONVERSIONS && next.length > 0; step += 1) {
    const added = next.filter((type, at) => ![...found, ...next.slice(0, at)].some((one) => sameType(one, type)));
    found.push(...added);
    next = added.flatMap((from) =>
      conversionsFrom(from, { making: false }, catalogue).map(({ gives }) => itemType(gives)),
    );
  }
  return found;
}
