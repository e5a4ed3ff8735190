/**
 * The planner that needs no language model: clauses of the request are matched to tasks by wording and meaning, inputs
 * are bound to what the clauses speak of, and type gaps are closed over the tool graph. Deterministic.
 */
import { TuttiError } from "../../errors.ts";
import type { Embedder } from "../../ports/embedder.ts";
import type { CatalogueTask, PlanInput, PlanItem, Planner } from "../../ports/planner.ts";
import { compileCatalogue, type Catalogue } from "./catalogue.ts";
import { describeAssets } from "./describe-assets.ts";
import { asksAboutTutti, withoutCourtesies } from "./courtesy.ts";
import { createDraft } from "./draft.ts";
import { fillGaps } from "./fill-gaps.ts";
import { foldStatements } from "./fold-statements.ts";
import { introduceThings } from "./introduce-things.ts";
import { actionVerbs } from "./lexicon.ts";
import { createLikeness } from "./likeness.ts";
import { hasContent } from "./match.ts";
import { planSteps } from "./plan-steps.ts";
import { possibilities, whatIsPossible } from "./possibilities.ts";
import { readRequest, type Word } from "./read-request.ts";
import { segment } from "./segment.ts";
import { regroup } from "./regroup.ts";
import { correctSpelling } from "./spelling.ts";

/** Prepared catalogues that are kept; a server has one, and a new one after each change of its experts. */
const MOST_CATALOGUES = 4;

export interface BuiltinPlannerOptions {
  /** Without one, tasks are found by their wordings alone. */
  readonly embedder?: Embedder | undefined;
}

export function createBuiltinPlanner({ embedder }: BuiltinPlannerOptions = {}): Planner {
  const likenessOf = createLikeness(embedder);
  const catalogues = new Map<string, Catalogue>();

  const prepared = (tasks: readonly CatalogueTask[]): Catalogue => {
    const key = JSON.stringify(tasks);
    const catalogue = catalogues.get(key) ?? compileCatalogue(tasks);
    catalogues.delete(key);
    catalogues.set(key, catalogue);
    for (const oldest of catalogues.keys()) if (catalogues.size > MOST_CATALOGUES) catalogues.delete(oldest);
    return catalogue;
  };

  return {
    name: "builtin@1",
    async *plan(input: PlanInput, signal: AbortSignal): AsyncGenerator<PlanItem> {
      const catalogue = prepared(input.tasks);
      const read = readRequest(input.text, input.assets);
      if (isSmallTalk(read, input)) throw whatIsPossible(input.tasks);
      const words = correctSpelling(read, new Set([...actionVerbs, ...catalogue.verbs]));
      const segments = segment(words, input.text, catalogue.verbs);
      const told = input.assets.length + input.history.length === 0 ? foldStatements(segments, input.text) : segments;
      const clauses = fillGaps(regroup(told, catalogue));
      const { likeness, failure } = await likenessOf(clauses, catalogue, signal);
      if (signal.aborted) throw new TuttiError("canceled", "Planning was canceled.");
      const things = introduceThings(input, clauses, catalogue);
      const draft = createDraft(input.frozen, input.maxNodes);
      const notes = planSteps({ clauses, likeness, catalogue, things, draft });
      const speechless = !clauses.some((clause) => hasContent(clause.words));
      if (speechless && draft.nodes.length === 0) describeAssets(things, catalogue, draft);
      if (draft.nodes.length === 0 && input.frozen.length === 0) throw notUnderstood(input, notes);
      for (const node of draft.nodes) yield { type: "node", node };
      for (const text of failure === undefined ? notes : [failure, ...notes]) yield { type: "note", text };
    },
  };
}

/** Words that ask for no work: a greeting with nothing to look at, or what Tutti can do. */
function isSmallTalk(words: readonly Word[], { assets, history }: PlanInput): boolean {
  const left = withoutCourtesies(words).filter(({ kind }) => kind !== "mark");
  // A greeting with a file asks to look at it; thanks for what was done with it don't.
  const isPolite = left.length === 0 && words.some(({ kind }) => kind === "word");
  return (isPolite && (assets.length === 0 || history.length > 0)) || asksAboutTutti(left);
}

function notUnderstood({ text, tasks }: PlanInput, notes: readonly string[]): TuttiError {
  const said =
    text.trim() === "" ? "The request is empty." : `Nothing in "${text.trim().slice(0, 200)}" could be planned.`;
  const why = notes.slice(0, 3).join(" ");
  return new TuttiError("not-understood", [said, why, possibilities(tasks)].filter(Boolean).join(" "));
}
