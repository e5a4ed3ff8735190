/** The language that a step asks for, and who knows it. Pure. */
import type { ExpertCard } from "../registry/expert-card.ts";
import type { NodeSpec } from "../run/events.ts";

/** What tasks call the input that names a language. */
const INPUT = "language";

/** Says whether a card lists languages, and not the one that the step names; undefined where it names none. */
export function whoLacksLanguage({ inputs }: Pick<NodeSpec, "inputs">): ((card: ExpertCard) => boolean) | undefined {
  const binding = Object.hasOwn(inputs, INPUT) ? inputs[INPUT] : undefined;
  const value = binding && "value" in binding ? binding.value : undefined;
  if (value?.type !== "text") return undefined;
  const wanted = value.value.trim().toLowerCase();
  return ({ languages }) => languages !== undefined && !languages.some((code) => isNamed(code, wanted));
}

/** @param wanted a code, or an English name, in lower case */
function isNamed(code: string, wanted: string): boolean {
  const own = code.toLowerCase();
  return own === wanted || own.split("-")[0] === wanted || nameOf(code) === wanted;
}

const names = new Intl.DisplayNames("en", { type: "language", fallback: "none" });

/** Cards are written by anybody: what is no code has no name. */
function nameOf(code: string): string | undefined {
  try {
    return names.of(code)?.toLowerCase();
  } catch {
    return undefined;
  }
}
