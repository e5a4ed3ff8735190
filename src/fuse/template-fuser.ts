/** Fuses without a language model: every sentence is one recorded result, with its citation behind it. */
import type { FuseInput, Fuser } from "../ports/fuser.ts";
import { itemsOf, type NodeState, type RunState } from "../run/state.ts";
import type { AssetValue, Value } from "../run/value.ts";
import type { Answer, AnswerAsset, Citation } from "./answer.ts";
import { describeFailure, describeNode, titleOf } from "./describe-node.ts";
import type { FindTask } from "./subject.ts";

/** How a note begins that says which nodes were refused; their faults are the plan's own. */
const REFUSAL = "refused: ";

export function createTemplateFuser(findTask: FindTask): Fuser {
  return {
    name: "template@1",
    fuse: (input) => fuse(input, findTask),
  };
}

async function fuse({ state, load }: FuseInput, findTask: FindTask): Promise<Answer> {
  const writer = new AnswerWriter();
  const assets: AnswerAsset[] = [];
  const tasks = [...state.nodes.values()].filter((node) => node.spec.kind === "task");
  for (const node of tasks) {
    if (node.status !== "succeeded") continue;
    if (node.spec.each) {
      // A mapped node's items speak for it, one by one; without any, nobody would.
      if (node.width === 0) writer.sentence(`${titleOf(findTask, node)}: there was nothing to do it with`, node);
      continue;
    }
    const outputs = await loadAll(node.outputs, load);
    writer.sentence(describeNode(state, findTask, node, outputs), node);
    assets.push(...filesOf(node, outputs));
  }
  const reply = replyOf(state);
  if (reply !== undefined && tasks.length === 0) return sayReply(reply);
  tellFailures(writer, state, findTask);
  tellNotes(writer, state, reply);
  return { text: writer.text, citations: writer.citations, assets };
}

/** What the planner said itself, beside its steps or instead of any. */
function replyOf({ nodes }: RunState): string | undefined {
  const replies = [...nodes.values()].flatMap(({ spec, outputs: { reply } }) =>
    spec.kind === "plan" && reply?.type === "text" ? [reply.value] : [],
  );
  return replies.length > 0 ? replies.join("\n") : undefined;
}

/** Nobody shall take it for the result of work. */
function sayReply(reply: string): Answer {
  return {
    basis: "reply",
    text: `The language model says, with no step behind it: ${reply}`,
    citations: [],
    assets: [],
  };
}

async function loadAll(
  outputs: Readonly<Record<string, Value>>,
  load: FuseInput["load"],
): Promise<Record<string, Value>> {
  const entries = Object.entries(outputs).map(
    async ([name, value]) => [name, value.type === "spilled" ? await load(value) : value] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** The files that a node made; of lists too large for the state, only where they are given, loaded. */
export function filesOf(node: NodeState, outputs: Readonly<Record<string, Value>> = node.outputs): AnswerAsset[] {
  return Object.entries(outputs).flatMap(([output, value]) =>
    filesIn(value).map(({ type, asset, name }) => {
      return { asset, type, node: node.spec.id, output, ...(name === undefined ? {} : { name }) };
    }),
  );
}

function filesIn(value: Value): AssetValue[] {
  if (value.type === "list") return value.items.flatMap(filesIn);
  return "asset" in value ? [value] : [];
}

/** What was asked and not done, and why. What a condition that did not hold has left out is no fault. */
function tellFailures(writer: AnswerWriter, state: RunState, findTask: FindTask): void {
  const nodes = [...state.nodes.values()];
  const lost = nodes.filter(({ spec, status, skip }) => {
    const isLost = status === "failed" || (skip !== undefined && skip.cause !== "condition");
    return isLost && spec.kind === "task" && !(spec.each && hasLostItems(state, spec.id));
  });
  const faults = nodes.flatMap(({ spec, error }) => (spec.kind === "plan" && error ? [error.message] : []));
  if (lost.length + faults.length === 0) {
    if (writer.isEmpty) writer.line("Nothing had to be done.");
    return;
  }
  writer.line(writer.isEmpty ? "This could not be done:" : "\nNot done:");
  for (const fault of faults) writer.line(`- ${fault}`);
  for (const node of lost) writer.sentence(`- ${describeFailure(state, findTask, node)}`, node);
}

/** What the planner had to say: what it did not understand, and what it left aside. Refusals are told as failures. */
function tellNotes(writer: AnswerWriter, { notes }: RunState, reply: string | undefined): void {
  const texts = new Set(notes.map(({ text }) => text).filter((text) => !text.startsWith(REFUSAL)));
  if (reply !== undefined) texts.add(`The language model says: ${reply}`);
  if (texts.size === 0) return;
  writer.line("\nNote:");
  for (const text of texts) writer.line(`- ${text}`);
}

/** Then they speak for their mapped node; where it never came to items, it speaks for itself. */
function hasLostItems(state: RunState, nodeId: string): boolean {
  return itemsOf(state, nodeId).some((item) => item.status === "failed" || item.status === "skipped");
}

/** Collects sentences and where their markers stand: what looks like a marker and is none of these was quoted. */
class AnswerWriter {
  #text = "";
  readonly citations: Citation[] = [];

  get text(): string {
    return this.#text;
  }

  get isEmpty(): boolean {
    return this.#text === "";
  }

  sentence(sentence: string, { spec, expert }: NodeState): void {
    this.line(`${sentence.trimEnd()} `);
    const start = this.#text.length;
    this.#text += `[${spec.id}]`;
    const citation = { node: spec.id, task: spec.task, start, end: this.#text.length };
    this.citations.push(expert ? { ...citation, expert: expert.id } : citation);
  }

  line(text: string): void {
    this.#text += this.isEmpty ? text : `\n${text}`;
  }
}
