/** What an answer may rest on: the recorded results of a run, and what the request brought. */
import type { FuseInput } from "../../ports/fuser.ts";
import { dataReferences, type Binding } from "../../run/plan-node.ts";
import { itemsOf, whyNot, type NodeState, type RunState } from "../../run/state.ts";
import type { Value } from "../../run/value.ts";
import type { Answer } from "../answer.ts";
import { Facts } from "./facts.ts";
import { normalise, splitLines } from "./sentences.ts";

export interface NodeEvidence {
  readonly succeeded: boolean;
  readonly facts: Facts;
  /** Ids of the nodes whose results count where this one is cited: what it was made from, and its items. */
  readonly sources: readonly string[];
}

export interface Evidence {
  /** The tasks of the run: nothing else can be cited. */
  readonly nodes: ReadonlyMap<string, NodeEvidence>;
  readonly request: Facts;
  /** Sentences of an answer that repeats records word for word, and the nodes that it cites for each. */
  readonly told: ReadonlyMap<string, readonly string[]>;
}

/** The outputs of every task, by node, spilled values loaded. */
export type LoadedOutputs = ReadonlyMap<string, Readonly<Record<string, Value>>>;

export async function loadOutputs({ state, load }: FuseInput): Promise<LoadedOutputs> {
  const entries = tasksOf(state).map(async ({ spec, outputs }) => {
    const values = Object.entries(outputs).map(
      async ([name, value]) => [name, value.type === "spilled" ? await load(value) : value] as const,
    );
    return [spec.id, Object.fromEntries(await Promise.all(values))] as const;
  });
  return new Map(await Promise.all(entries));
}

/** The texts that the request brought as files; one that can't be read is no evidence. */
export async function loadAttachedTexts({ state, load }: FuseInput): Promise<Value[]> {
  const parts = state.request.messages.flatMap(({ content }) => content);
  const refs = new Set(parts.flatMap((part) => (part.type === "asset" && part.kind === "text" ? [part.asset] : [])));
  const loaded = [...refs].map((ref) => load({ type: "spilled", of: "text", ref, bytes: 0 }).catch(() => undefined));
  return (await Promise.all(loaded)).filter((value) => value !== undefined);
}

/** @param told an answer by a fuser that only repeats what was recorded */
export function evidenceOf(
  state: RunState,
  outputs: LoadedOutputs,
  told: Answer,
  attachedTexts: readonly Value[] = [],
): Evidence {
  const nodes = tasksOf(state).map((node) => {
    const { id } = node.spec;
    const evidence = {
      succeeded: node.status === "succeeded",
      facts: factsOf(node, outputs.get(id) ?? {}),
      sources: sourcesOf(state, node),
    };
    return [id, evidence] as const;
  });
  return { nodes: new Map(nodes), request: requestFacts(state, attachedTexts), told: toldSentences(told) };
}

export function tasksOf(state: RunState): NodeState[] {
  return [...state.nodes.values()].filter(({ spec }) => spec.kind === "task");
}

/** How a sentence is looked up among those that were told. */
export const toldKey = normalise;

function toldSentences({ text, citations }: Answer): Map<string, readonly string[]> {
  const sentences = splitLines(text).flatMap((line) => line.sentences);
  return new Map(
    sentences.map((sentence) => {
      const cited = citations.filter(({ start, end }) => start >= sentence.start && end <= sentence.end);
      return [toldKey(sentence.text), cited.map(({ node }) => node)];
    }),
  );
}

function factsOf(node: NodeState, outputs: Readonly<Record<string, Value>>): Facts {
  const facts = new Facts();
  const { spec, expert, width, status } = node;
  for (const name of [spec.id, spec.task, ...(expert ? [expert.id, expert.version] : [])]) facts.addToken(name);
  for (const value of Object.values(outputs)) facts.addValue(value);
  for (const binding of [...Object.values(spec.inputs), ...(spec.each ? [spec.each.over] : [])]) {
    addLiterals(facts, binding);
  }
  if (width !== undefined) facts.addNumber(width);
  // People count from 1.
  if (spec.item) facts.addNumber(spec.item.index + 1);
  if (status !== "succeeded") facts.addText(whyNot(node).message);
  return facts;
}

function addLiterals(facts: Facts, binding: Binding): void {
  if ("value" in binding) facts.addValue(binding.value);
  if ("template" in binding) facts.addText(binding.template.filter((part) => typeof part === "string").join(" "));
  if ("list" in binding) for (const part of binding.list) addLiterals(facts, part);
}

function sourcesOf(state: RunState, { spec }: NodeState): string[] {
  const made = dataReferences(spec).map(({ from }) => from);
  const items = spec.each ? itemsOf(state, spec.id).map((item) => item.spec.id) : [];
  return [...new Set([...made, ...items])];
}

function requestFacts({ request }: RunState, attachedTexts: readonly Value[]): Facts {
  const facts = new Facts();
  const counts = new Map<string, Set<string>>();
  for (const part of request.messages.flatMap(({ content }) => content)) {
    if (part.type === "text") {
      facts.addText(part.text);
      continue;
    }
    facts.addToken(part.asset);
    if (part.name !== undefined) facts.addText(part.name);
    for (const kind of [part.kind, "all"]) counts.set(kind, (counts.get(kind) ?? new Set()).add(part.asset));
  }
  for (const assets of counts.values()) facts.addNumber(assets.size);
  for (const text of attachedTexts) facts.addValue(text);
  return facts;
}
