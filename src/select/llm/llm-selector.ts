/** Lets a language model choose among the best few experts; whatever it fails at, the order without it stands. */
import { asTuttiError, TuttiError } from "../../errors.ts";
import type { LanguageModel } from "../../ports/language-model.ts";
import type { Selection, Selector } from "../../ports/selector.ts";
import type { ExpertCard } from "../../registry/expert-card.ts";
import type { ChosenExpert, NodeSpec } from "../../run/events.ts";
import { askChoice, type Choice } from "./ask-choice.ts";
import { describeChoice } from "./describe-choice.ts";

export interface LlmSelectorOptions {
  readonly model: LanguageModel;
  /** Filters and orders the experts first, and decides where there is nothing to choose. */
  readonly base: Selector;
  /** Text of `prompts/select.md`. */
  readonly prompt: string;
  /** How many of the best are shown to the model. @default 5 */
  readonly most?: number;
  /** Whether an expert fails again and again: it is not shown to the model. @default nobody does */
  readonly isFailing?: (expert: ChosenExpert) => boolean;
  /** Milliseconds for the model; after that the order without it stands. @default 20 000 */
  readonly timeoutMs?: number;
}

/** Choices that are kept: the thousand items of a mapped step are one question. */
const REMEMBERED = 200;

interface Asked {
  readonly choice: Promise<Choice | undefined>;
  /** Of whoever asked. */
  readonly signal: AbortSignal;
}

export function createLlmSelector(options: LlmSelectorOptions): Selector {
  const { base, most = 5, isFailing = () => false } = options;
  /** By question; those that are being asked, too. */
  const choices = new Map<string, Asked>();

  async function choose(question: string, ids: readonly string[], signal: AbortSignal): Promise<Choice | undefined> {
    for (let known = choices.get(question); known; known = choices.get(question)) {
      try {
        const choice = await known.choice;
        signal.throwIfAborted();
        // Whoever asked has paid for it.
        return choice && { ...choice, usage: {} };
      } catch (thrown) {
        signal.throwIfAborted();
        // That whoever asked was canceled is no answer for the others.
        if (!known.signal.aborted) throw thrown;
        if (choices.get(question) === known) choices.delete(question);
      }
    }
    const asked = { choice: ask(options, question, ids, signal), signal };
    choices.set(question, asked);
    const [oldest] = choices.keys();
    if (choices.size > REMEMBERED && oldest !== undefined) choices.delete(oldest);
    const forget = () => {
      if (choices.get(question) === asked) choices.delete(question);
    };
    asked.choice.then((choice) => (choice ? undefined : forget()), forget);
    return asked.choice;
  }

  return {
    selectNow(node, candidates) {
      // The base counts whom it has chosen: it is asked once, here or below.
      return node.expert !== undefined || candidates.length < 2 ? base.selectNow?.(node, candidates) : undefined;
    },
    async select(node, candidates, signal) {
      const ordered = await base.select(node, candidates, signal);
      const [best] = ordered.experts;
      // Who fails comes first where all do, or for a trial: neither is a matter of taste.
      if (!best || isSettled(node, ordered) || isFailing(best)) return ordered;
      const cards = bestCards(ordered, candidates, isFailing).slice(0, most);
      const ids = cards.map(({ id }) => id);
      if (ids.length < 2) return ordered;
      try {
        const choice = await choose(describeChoice(node, cards), ids, signal);
        return choice ? withChosen(ordered, choice, options.model, ids.length) : without(ordered, options.model);
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        const { code, message } = asTuttiError(thrown);
        return without(ordered, options.model, `${message} (${code})`);
      }
    },
  };
}

/** The limit is the model's, not the step's. */
async function ask(
  { model, prompt, timeoutMs = 20_000 }: LlmSelectorOptions,
  question: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Choice | undefined> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    return await askChoice(model, prompt, question, ids, AbortSignal.any([signal, limit]));
  } catch (thrown) {
    if (limit.aborted && !signal.aborted) {
      throw new TuttiError("timeout", `it took longer than ${timeoutMs} ms`, { cause: thrown });
    }
    throw thrown;
  }
}

function isSettled({ expert }: NodeSpec, { experts }: Selection): boolean {
  return expert !== undefined || experts.length < 2;
}

/** Of an expert that has two versions in use, the one that comes first. */
function bestCards(
  { experts }: Selection,
  candidates: readonly ExpertCard[],
  isFailing: (expert: ChosenExpert) => boolean,
): readonly ExpertCard[] {
  const cards = new Map<string, ExpertCard>();
  for (const expert of experts) {
    const card = candidates.find(({ id, version }) => id === expert.id && version === expert.version);
    if (card && !cards.has(card.id) && !isFailing(expert)) cards.set(card.id, card);
  }
  return [...cards.values()];
}

function withChosen(
  { experts }: Selection,
  { id, reason, usage }: Choice,
  { name }: LanguageModel,
  count: number,
): Selection {
  const why = reason === "" ? "" : `: ${reason}`;
  return {
    experts: [...experts.filter((expert) => expert.id === id), ...experts.filter((expert) => expert.id !== id)],
    reason: `${name} chose it out of ${count}${why}`,
    ...(Object.keys(usage).length > 0 && { usage }),
  };
}

function without(
  { experts, reason }: Selection,
  { name }: LanguageModel,
  why = "it named no expert that there is",
): Selection {
  return { experts, reason: `${reason}; ${name} did not choose: ${why}` };
}
