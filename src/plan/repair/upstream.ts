/** Goes back from a node over what it worked on, to the nearest thing that fits. */
import type { Binding } from "../../run/plan-node.ts";
import { fits } from "../../run/value.ts";
import { pointersIn } from "./bind-said.ts";
import type { PlanWork, Step } from "./plan-work.ts";
import type { Wish } from "./wish.ts";

/** Everything that fits at the nearest distance at which anything does. */
export function upstream(work: PlanWork, start: Step, { step, spec }: Wish, usable: readonly Step[]): Binding[] {
  const seen = new Set([start]);
  for (let level: readonly Step[] = [start]; level.length > 0;) {
    const fed = level.map((one) => feedsOf(work, one));
    const steps = fed.flatMap(({ sources }) => sources).filter((one) => !seen.has(one));
    for (const one of steps) seen.add(one);
    const files = fed.flatMap(({ assets }) => assets);
    const found: Binding[] = [
      ...(spec.type === "text" ? fed.flatMap(({ texts }) => texts) : []).map(asText),
      ...work.context.assets
        .filter(({ asset, type }) => files.includes(asset) && fits(type, spec.type))
        .map(({ asset }) => ({ asset })),
      ...steps.filter((one) => usable.includes(one)).flatMap((one) => work.give(one, step, spec.type) ?? []),
    ];
    if (found.length > 0) return found;
    level = steps;
  }
  return [];
}

interface Feeds {
  readonly sources: readonly Step[];
  readonly assets: readonly string[];
  readonly texts: readonly string[];
}

const asText = (value: string): Binding => ({ value: { type: "text", value } });

/** What a step takes; of a dropped one, what its arguments and links speak of. */
function feedsOf(work: PlanWork, step: Step): Feeds {
  if (work.isThere(step)) {
    return {
      sources: [...work.sourcesOf(step)].flatMap((id) => work.find(id) ?? []),
      assets: [...step.inputs.values()].flatMap((one) => ("asset" in one ? [one.asset] : [])),
      // Its words were said to another task, and would mean something else to this one.
      texts: [],
    };
  }
  const said = step.arguments.map((argument) => argument.said);
  const positions = [
    ...said.flatMap(pointersIn).map(({ at }) => at),
    ...work.links.filter(({ to }) => to.includes(step.at)).flatMap(({ from }) => from),
  ];
  return {
    sources: [...new Set(positions)].flatMap((at) => work.all[at] ?? []).filter((one) => one !== step),
    texts: said.flatMap((one) => (one.kind === "text" ? [one.text] : [])),
    assets: said.flatMap((one) => (one.kind === "file" && one.asset ? [one.asset.asset] : [])),
  };
}
