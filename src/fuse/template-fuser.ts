/** Fuses without a language model: every sentence is one recorded result, with its citation behind it. */
import type { FuseInput, Fuser } from "../ports/fuser.ts";
import { PLAN_NODE, type NodeState, type RunState } from "../run/state.ts";
import type { Value } from "../run/value.ts";
import type { Answer, AnswerAsset, Citation } from "./answer.ts";
import { describeFailure, describeNode } from "./describe-node.ts";
import type { FindTask } from "./subject.ts";

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
    // A mapped node's items speak for it, one by one.
    if (node.status !== "succeeded" || node.spec.each) continue;
    const outputs = await loadAll(node.outputs, load);
    writer.sentence(describeNode(state, findTask, node, outputs), node);
    assets.push(...filesOf(node));
  }
  writer.section(tellFailures(state, findTask, tasks, writer.isEmpty));
  return { text: writer.text, citations: writer.citations, assets };
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

export function filesOf(node: NodeState): AnswerAsset[] {
  return Object.entries(node.outputs).flatMap(([output, value]) => {
    if (!("asset" in value)) return [];
    const { type, asset, name } = value;
    return [{ asset, type, node: node.spec.id, output, ...(name === undefined ? {} : { name }) }];
  });
}

/** What was asked and not done, and why; conditions that did not hold are told as such. */
export function tellFailures(
  state: RunState,
  findTask: FindTask,
  tasks: readonly NodeState[],
  nothingDone: boolean,
): string {
  const lost = tasks.filter((node) => node.status === "failed" || (node.skip && node.skip.cause !== "condition"));
  const lines = lost
    .filter((node) => !node.spec.each || node.error?.code === "too-large")
    .map((node) => `- ${describeFailure(state, findTask, node)} [${node.spec.id}]`);
  const planError = state.nodes.get(PLAN_NODE)?.error;
  if (planError) lines.unshift(`- ${planError.message}`);
  if (lines.length === 0) return nothingDone ? "Nothing had to be done." : "";
  return `${nothingDone ? "This could not be done:" : "Not done:"}\n${lines.join("\n")}`;
}

/** Collects sentences and where their markers stand. */
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
    this.section(`${sentence.trimEnd()} `);
    const start = this.#text.length;
    this.#text += `[${spec.id}]`;
    const citation = { node: spec.id, task: spec.task, start, end: this.#text.length };
    this.citations.push(expert ? { ...citation, expert: expert.id } : citation);
  }

  section(text: string): void {
    if (text === "") return;
    this.#text += this.isEmpty ? text : `\n${text.startsWith("Not done") ? "\n" : ""}${text}`;
  }
}
