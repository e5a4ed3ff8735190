/** Gives faulty steps back to the language model, each alone, with what is wrong with it. */
import type { PlanItem } from "../../ports/planner.ts";
import type { PlanNode } from "../../run/plan-node.ts";
import { quoteData } from "../../prompts/quote-data.ts";
import { askModel } from "./ask-model.ts";
import type { FaultyStep } from "./collect-steps.ts";
import type { Session } from "./session.ts";
import { showRaw, showSteps } from "./write-step.ts";

/** Faulty steps that one round mends: a plan with more of them is not worth the calls. */
const MOST_MENDED = 4;
/** A mended step, and what has to be put before it. */
const MOST_STEPS = 3;
const MOST_SHOWN = 2000;

/** @throws TuttiError what the model throws */
export async function* mendSteps(session: Session, rounds: number): AsyncGenerator<PlanItem> {
  for (let round = 0; round < rounds; round += 1) {
    const faulty = session.collector.faulty();
    if (faulty.length === 0) return;
    for (const step of faulty.slice(0, MOST_MENDED)) yield* mendStep(session, step);
  }
}

async function* mendStep(session: Session, step: FaultyStep): AsyncGenerator<PlanItem> {
  const { collector, model, onEvent, signal, maxTokens } = session;
  const name = step.id ?? "a step without an id";
  const reason = step.problems.join("; ");
  const written: unknown[] = [];
  let isPlan = false;
  const messages = session.messages(repairText(session, step));
  const question = { purpose: "repair", messages, schema: session.schema(MOST_STEPS), maxTokens, signal } as const;
  for await (const part of askModel(model, question, onEvent)) {
    if (part.type === "step") written.push(part.raw);
    if (part.type !== "end") continue;
    ({ isPlan } = part);
    if (part.usage) yield { type: "usage", usage: part.usage };
  }
  if (written.length === 0) {
    if (!isPlan) return;
    collector.drop(step);
    yield { type: "note", text: `${name} was given up by the language model: ${reason}` };
    return;
  }
  collector.drop(step);
  const nodes = underItsId(written.slice(0, MOST_STEPS), step, session).flatMap((raw) => collector.offer(raw));
  yield* repaired(session, nodes);
  const mended = nodes.some(({ id }) => id === step.id);
  if (mended) yield { type: "note", text: `${name} was repaired by the language model: ${reason}` };
}

/** Others wait for the step by its id: whatever the last one is called, it is the mended one. */
function underItsId(written: readonly unknown[], { id }: FaultyStep, { collector }: Session): unknown[] {
  const last = written.at(-1);
  const isThere = written.some((raw) => isObject(raw) && "id" in raw && raw.id === id);
  const isTaken = collector.accepted().some((node) => node.id === id);
  if (id === undefined || isThere || isTaken || !isObject(last)) return [...written];
  return [...written.slice(0, -1), { ...last, id }];
}

const isObject = (raw: unknown): raw is object => typeof raw === "object" && raw !== null;

function* repaired({ onEvent }: Session, nodes: readonly PlanNode[]): Generator<PlanItem> {
  for (const node of nodes) {
    onEvent({ type: "node", id: node.id, by: "repair" });
    yield { type: "node", node, by: "repair" };
  }
}

function repairText({ prompts, collector, handles }: Session, step: FaultyStep): string {
  const free = collector.freeId();
  return prompts.repair.render({
    steps: showSteps(collector.accepted(), handles),
    faulty: showFaulty(step, collector.isKnown),
    // Checks quote what the model wrote, which may be what anybody wrote.
    problems: step.problems.map((problem) => `- ${showRaw(problem, collector.isKnown)}`).join("\n"),
    id: step.id !== undefined && /^[A-Za-z][\w-]{0,39}$/.test(step.id) ? step.id : free,
    free,
  });
}

/** What is too long becomes one string: just cut off, it would have a string in it that nothing closes. */
function showFaulty({ raw }: FaultyStep, isKnown: (name: string) => boolean): string {
  const written = showRaw(raw, isKnown);
  return written.length <= MOST_SHOWN ? written : quoteData(written.slice(0, MOST_SHOWN));
}
