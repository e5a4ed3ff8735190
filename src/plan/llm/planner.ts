/**
 * The planner that asks a language model. Its plan is read while it is written: a step that is sound goes on at once.
 * What is not sound goes back to the model, then to the tool graph, then to another planner; every one of these is told.
 */
import { asTuttiError, TuttiError } from "../../errors.ts";
import type { Embedder } from "../../ports/embedder.ts";
import type { LanguageModel } from "../../ports/language-model.ts";
import type { CatalogueTask, PlanInput, PlanItem, Planner } from "../../ports/planner.ts";
import { askModel } from "./ask-model.ts";
import { createGapCloser } from "./close-type-gaps.ts";
import type { FaultyStep } from "./collect-steps.ts";
import { giveUp } from "./give-up.ts";
import type { PlanPrompts } from "./load-prompts.ts";
import { mendSteps } from "./mend-steps.ts";
import { createDemoPicker } from "./pick-demos.ts";
import { planRest } from "./plan-rest.ts";
import type { PlanningEvent } from "./planning-event.ts";
import { openSession, type Session } from "./session.ts";
import { createShortlist } from "./shortlist.ts";

export interface LlmPlannerOptions {
  readonly model: LanguageModel;
  readonly prompts: PlanPrompts;
  /** Plans what the model can't. */
  readonly fallback: Planner;
  /** Helps to find tools and demonstrations that are like a request; without one, words alone do. */
  readonly embedder?: Embedder | undefined;
  readonly onEvent?: ((event: PlanningEvent) => void) | undefined;
  /** How often a faulty step may go back to the model. @default 2 */
  readonly maxRepairs?: number | undefined;
  /** Whether the tool graph mends what the model couldn't. @default true */
  readonly closesGaps?: boolean | undefined;
  /** Characters of the catalogue in the prompt at most; what is over is left to retrieval. @default 14_000 */
  readonly catalogueCharacters?: number | undefined;
  /** Demonstrations that are chosen by likeness, besides those that are always there. @default 2 */
  readonly demos?: number | undefined;
  /** Tokens of a plan at most. @default 2048 */
  readonly maxTokens?: number | undefined;
  /** Whether the model is given the schema of its answer. @default true */
  readonly constrained?: boolean | undefined;
  /** Whether the model, where it can see, is shown pictures of the request, small. @default false */
  readonly showsPictures?: boolean | undefined;
}

/** Why the model's answer ended before its plan did; undefined where it didn't. */
interface Ending {
  readonly failure?: string | undefined;
  readonly reply?: string | undefined;
  readonly cannot?: string | undefined;
}

export function createLlmPlanner(options: LlmPlannerOptions): Planner {
  const { model, prompts, fallback, embedder, maxRepairs = 2, onEvent = () => {} } = options;
  const shared = {
    model,
    prompts,
    onEvent,
    shortlist: createShortlist(embedder),
    pickDemos: createDemoPicker(prompts.demos, embedder),
    catalogueCharacters: options.catalogueCharacters ?? 14_000,
    demos: options.demos ?? 2,
    maxTokens: options.maxTokens ?? 2048,
    constrained: options.constrained ?? true,
    showsPictures: options.showsPictures ?? false,
  };

  return {
    name: `llm:${model.name}@1`,
    replans: true,
    async *plan(input: PlanInput, signal: AbortSignal): AsyncGenerator<PlanItem> {
      const session = await openSession(shared, input, signal);
      const { collector } = session;
      for (const text of session.notes) yield { type: "note", text };
      const { failure, reply, cannot } = yield* listen(session);
      // A model that failed, or went round in circles, is not asked again.
      if (failure === undefined && !collector.isOver()) yield* mend(session, maxRepairs);
      if (options.closesGaps ?? true) yield* closeGaps(session);
      const pending = collector.pending();
      const isNew = collector.accepted().length > input.frozen.length;
      if (input.outcomes) {
        // What another planner would make of the whole request is no help for what is left of it.
        const why = failure ?? (pending.length > 0 ? problemsOf(pending) : undefined);
        if (why !== undefined) yield { type: "note", text: `The language model could not mend the plan: ${why}` };
      } else if (failure !== undefined || pending.length > 0) {
        const why = failure ?? problemsOf(pending);
        yield* isNew
          ? finish(session, fallback, { why, brokeOff: failure !== undefined })
          : planAnew(session, fallback, why);
      } else if (!isNew && input.frozen.length === 0) {
        // Small models put it where a greeting belongs.
        const refusal = cannot ?? (unavailableIn(reply ?? "", input.tasks).length > 0 ? reply : undefined);
        if (refusal !== undefined) throw noPlan(refusal, input.tasks);
        if (reply === undefined) yield* planAnew(session, fallback, "its plan was empty");
      }
      for (const text of [cannot, reply]) if (text !== undefined) yield { type: "reply", text };
    },
  };
}

/** Yields every sound step as soon as it is written. */
async function* listen(session: Session): AsyncGenerator<PlanItem, Ending> {
  const { collector, model, onEvent, input, signal, maxTokens } = session;
  const messages = session.messages();
  const question = { purpose: "plan", messages, schema: session.schema(input.maxNodes), maxTokens, signal } as const;
  const said: { reply?: string; cannot?: string } = {};
  try {
    for await (const part of askModel(model, question, onEvent)) {
      if (part.type === "end") {
        if (part.usage) yield { type: "usage", usage: part.usage };
        if (!part.isPlan) return { failure: part.problem ?? "it gave no plan", ...said };
        return { failure: part.problem, ...said };
      } else if (part.type !== "step") {
        said[part.type] = part.text;
        onEvent({ type: part.type, text: part.text });
      } else {
        for (const node of collector.offer(part.raw)) {
          onEvent({ type: "node", id: node.id, by: "model" });
          yield { type: "node", node, by: "model" };
        }
        if (collector.isOver()) return said;
      }
    }
  } catch (error) {
    return { failure: reasonOf(error, signal), ...said };
  }
  return { failure: "it gave no plan", ...said };
}

async function* mend(session: Session, rounds: number): AsyncGenerator<PlanItem> {
  try {
    yield* mendSteps(session, rounds);
  } catch (error) {
    yield { type: "note", text: `The language model could repair nothing: ${reasonOf(error, session.signal)}` };
  }
}

/** What a language model's failure is called. @throws what is no failure of a language model */
function reasonOf(error: unknown, signal: AbortSignal): string {
  const { code, message } = asTuttiError(error);
  const isModels = error instanceof TuttiError && (code.startsWith("llm-") || code === "timeout");
  if (signal.aborted || !isModels) throw error;
  return `${message} (${code})`;
}

async function* closeGaps({ collector, input, onEvent }: Session): AsyncGenerator<PlanItem> {
  const close = createGapCloser(input);
  for (const step of collector.faulty()) {
    const closed = step.node && close(step.node, collector.accepted(), collector.freeId);
    if (!closed) continue;
    const nodes = closed.nodes.flatMap((node) => collector.add(node));
    const isMended = nodes.some(({ id }) => id === step.id);
    if (isMended) collector.drop(step);
    for (const node of nodes) {
      onEvent({ type: "node", id: node.id, by: "type-gap" });
      yield { type: "node", node, by: "type-gap" };
    }
    const how = closed.tasks.length > 0 ? `with ${closed.tasks.join(", ")} before it` : "by the types of its inputs";
    if (isMended) yield { type: "note", text: `${step.id} was mended ${how}: ${step.problems.join("; ")}` };
  }
}

/** The other planner plans the whole request. */
async function* planAnew(
  { input, signal, onEvent }: Session,
  fallback: Planner,
  why: string,
): AsyncGenerator<PlanItem> {
  const text = `The language model gave no usable plan (${why}); ${fallback.name} planned this.`;
  yield { type: "note", text };
  for await (const item of fallback.plan(input, signal)) {
    if (item.type === "node") onEvent({ type: "node", id: item.node.id, by: "fallback" });
    yield item.type === "node" ? { ...item, by: "fallback" } : item;
  }
}

/** The other planner does what is left, beside what the model planned. */
async function* finish(
  session: Session,
  fallback: Planner,
  { why, brokeOff }: { readonly why: string; readonly brokeOff: boolean },
): AsyncGenerator<PlanItem> {
  const { collector, input, signal, onEvent } = session;
  const { nodes, problem } = await planRest({ fallback, input, collector, brokeOff, signal });
  for (const node of nodes) {
    onEvent({ type: "node", id: node.id, by: "fallback" });
    yield { type: "node", node, by: "fallback" };
  }
  const what =
    nodes.length > 0 ? `${fallback.name} planned ${nodes.map(({ id }) => id).join(", ")}` : "it stays undone";
  const more = problem === undefined ? "" : ` (${fallback.name}: ${problem})`;
  yield { type: "note", text: `The language model's plan is not whole: ${why}; ${what}${more}.` };
  yield* giveUp(collector);
}

const problemsOf = (steps: readonly FaultyStep[]): string => steps.flatMap(({ problems }) => problems).join("; ");

/** What no tool can do, as the model says it, with how to change that where it is known. */
function noPlan(cannot: string, tasks: readonly CatalogueTask[]): TuttiError {
  const help = unavailableIn(cannot, tasks).map(({ id, unavailable }) => ` ${id}: ${unavailable}`);
  return new TuttiError("not-understood", `No step was planned. The language model says: ${cannot}${help.join("")}`);
}

/** Tasks that a text speaks of, and that nobody can do. */
function unavailableIn(text: string, tasks: readonly CatalogueTask[]): CatalogueTask[] {
  const lower = text.toLowerCase();
  return tasks.filter(
    ({ id, title, unavailable }) =>
      unavailable !== undefined && (lower.includes(id) || lower.includes(title.toLowerCase())),
  );
}
