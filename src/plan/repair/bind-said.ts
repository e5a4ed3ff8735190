/** What an argument is as the value of an input, if it can be that as it is. */
import type { InputSpec } from "../../registry/task-spec.ts";
import type { Binding, Reference } from "../../run/plan-node.ts";
import { fits } from "../../run/value.ts";
import { typeOfEnding } from "../builtin/lexicon.ts";
import type { Pointer, Said } from "./draft-plan.ts";
import type { MendKind } from "./mend.ts";
import type { PlanWork, Step } from "./plan-work.ts";

/** Undefined where it can't: see {@link faultOf}. */
export function bindSaid(work: PlanWork, step: Step, said: Said, spec: InputSpec): Binding | undefined {
  if (said.kind === "output") return bindPointer(work, step, said, spec);
  if (said.kind === "mixed") return fits("text", spec.type) ? bindMixed(work, step, said.parts) : undefined;
  if (said.kind === "text") return bindText(said.text, spec);
  if (said.kind === "blank") return undefined;
  if (said.asset && fits(said.asset.type, spec.type)) return { asset: said.asset.asset };
  // An address is a text, and a parameter that takes any text takes the name of a file, too.
  const isName = said.held && (said.asset === undefined || said.name.includes("://") || spec.optional === true);
  return isName && spec.type === "text" ? { value: { type: "text", value: said.name } } : undefined;
}

function bindPointer(work: PlanWork, step: Step, { at, output }: Pointer, { type }: InputSpec): Binding | undefined {
  const source = at === step.at ? undefined : work.all[at];
  return source && work.give(source, step, type, output);
}

function bindMixed(work: PlanWork, step: Step, parts: readonly (string | Pointer)[]): Binding | undefined {
  const template: (string | Reference)[] = [];
  for (const part of parts) {
    if (typeof part === "string") template.push(part);
    else {
      const binding = bindPointer(work, step, part, { type: "text", description: "" });
      if (!binding) return undefined;
      if ("from" in binding) template.push(binding);
      else if ("template" in binding) template.push(...binding.template);
    }
  }
  return { template };
}

function bindText(text: string, { type }: InputSpec): Binding | undefined {
  if (fits("text", type)) return { value: { type: "text", value: text } };
  const number = Number(text.trim() || Number.NaN);
  if (type === "number" && Number.isFinite(number)) return { value: { type, value: number } };
  if (type === "boolean" && /^(?:true|false)$/i.test(text))
    return { value: { type, value: text.toLowerCase() === "true" } };
  return undefined;
}

/** Whether it may have been meant for such an input, although it can't be used. */
export function looksLike(work: PlanWork, step: Step, said: Said, { type }: InputSpec): boolean {
  if (said.kind === "blank") return true;
  // A dropped node may have given anything; who points at nobody, or at himself, says nothing.
  const source = said.kind === "output" ? work.all[said.at] : undefined;
  if (source) return source !== step && !work.isThere(source);
  if (said.kind !== "file") return false;
  const ending = said.name.slice(said.name.lastIndexOf(".") + 1).toLowerCase();
  return said.asset === undefined && fits(typeOfEnding.get(ending) ?? "text", type);
}

/** What is wrong with an argument that can't be bound. */
export function faultOf(work: PlanWork, step: Step, said: Said): MendKind {
  if (said.kind === "blank") return "blank";
  if (said.kind === "file") return said.asset || said.held ? "wrong-type" : "invented-file";
  const isBroken = pointersIn(said).some(({ at }) => {
    const source = work.all[at];
    return !source || at === step.at || !work.isThere(source);
  });
  return isBroken ? "broken-reference" : "wrong-type";
}

export function pointersIn(said: Said): readonly Pointer[] {
  if (said.kind === "output") return [said];
  return said.kind === "mixed" ? said.parts.filter((one) => typeof one !== "string") : [];
}
