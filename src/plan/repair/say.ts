/** How mends name arguments and what takes their place. */
import type { Binding } from "../../run/plan-node.ts";
import type { PlanAsset } from "../check-problem.ts";
import type { Said } from "./draft-plan.ts";

const LONGEST = 60;

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST).toWellFormed()}...` : text);
}

export function describeSaid(said: Said): string {
  if (said.kind === "text") return quoted(said.text);
  if (said.kind === "file") return quoted(said.name);
  if (said.kind === "mixed")
    return quoted(said.parts.map((one) => (typeof one === "string" ? one : one.written)).join(""));
  return quoted(said.written);
}

export function describeBinding(binding: Binding, assets: readonly PlanAsset[]): string {
  if ("from" in binding) return `${binding.from}.${binding.output}`;
  if ("asset" in binding) {
    const asset = assets.find((one) => one.asset === binding.asset);
    return asset?.name ?? asset?.handle ?? binding.asset.slice(0, 12);
  }
  if ("template" in binding) {
    return binding.template
      .map((one) => (typeof one === "string" ? quoted(one) : describeBinding(one, assets)))
      .join(" + ");
  }
  return "value" in binding && binding.value.type === "text" ? quoted(binding.value.value) : "a value";
}
