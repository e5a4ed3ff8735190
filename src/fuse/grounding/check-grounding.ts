/**
 * Whether an answer says only what was recorded: every address, path, file name, code and number in it must come from
 * the results that it cites or from the request, and every sentence must cite a step that succeeded. Pure.
 */
import { claimsIn } from "./claims.ts";
import { toldKey, type Evidence } from "./evidence.ts";
import type { Facts } from "./facts.ts";
import type { NumberClaim } from "./numbers.ts";
import { marker, splitLines, type Line, type Sentence } from "./sentences.ts";

export type FaultKind = "url" | "path" | "file" | "code" | "number" | "citation" | "uncited" | "not-succeeded";

export interface Fault {
  readonly kind: FaultKind;
  /** For who has to mend it. */
  readonly message: string;
}

export interface CheckedSentence extends Sentence {
  /** Ids of the tasks that it cites, each once. */
  readonly nodes: readonly string[];
  /** None: the sentence is grounded. */
  readonly faults: readonly Fault[];
}

export interface CheckedLine extends Line {
  readonly sentences: readonly CheckedSentence[];
}

export function checkGrounding(text: string, evidence: Evidence): CheckedLine[] {
  return splitLines(text).map((line) => ({
    ...line,
    sentences: line.sentences.map((sentence) => {
      const told = evidence.told.get(toldKey(sentence.text));
      if (told) return { ...sentence, nodes: told, faults: [] };
      return { ...sentence, ...checkSentence(sentence.text, line.prefix.trim().startsWith("#"), evidence) };
    }),
  }));
}

export function faultsOf(lines: readonly CheckedLine[]): Fault[] {
  return lines.flatMap((line) => line.sentences).flatMap(({ faults }) => faults);
}

function checkSentence(text: string, isHeading: boolean, evidence: Evidence) {
  const { nodes: known } = evidence;
  const cited = [...new Set([...text.matchAll(marker)].map(([, id = ""]) => id))];
  const nodes = cited.filter((id) => known.has(id));
  const said = text.replaceAll(marker, (found, id: string) => (known.has(id) ? " " : found.slice(1, -1))).trim();
  const pools = nodes.length > 0 ? poolsOf(nodes, evidence) : [...known.values()].map(({ facts }) => facts);
  const faults = [
    ...cited.filter((id) => !known.has(id)).flatMap((id) => unknownCitation(id, pools, known)),
    ...(nodes.length === 0 && !isHeading ? checkUncited(said, pools) : []),
    ...nodes.flatMap((id) => checkOutcome(id, said, evidence)),
    ...checkClaims(said, [evidence.request, ...pools], nodes),
  ];
  return { nodes, faults };
}

/** Square brackets in what was recorded are quoted, not cited. */
function unknownCitation(id: string, pools: readonly Facts[], known: Evidence["nodes"]): Fault[] {
  if (pools.some((facts) => facts.holdsWords(`[${id}]`))) return [];
  const steps = [...known].flatMap(([step, { succeeded }]) => (succeeded ? [step] : [])).slice(0, 20);
  return [{ kind: "citation", message: `there is no step ${id}; cite one of ${steps.join(", ") || "none"}` }];
}

/** What leads to a list is no finding yet, and what repeats a record is told already. */
function checkUncited(said: string, pools: readonly Facts[]): Fault[] {
  if (/[:：][*_\s]*$/u.test(said) || pools.some((facts) => facts.holdsWords(said))) return [];
  return [{ kind: "uncited", message: "it cites no step; say in brackets which step found it, or leave it out" }];
}

/** A step that gave nothing can only be cited for that. */
function checkOutcome(id: string, said: string, { nodes }: Evidence): Fault[] {
  const node = nodes.get(id);
  if (!node || node.succeeded || denies.test(said) || repeats(said, node.facts)) return [];
  return [{ kind: "not-succeeded", message: `step ${id} found nothing: say that it was not done and why` }];
}

const denials =
  "not|no|none|never|cannot|without|nothing|fail\\w*|unable|error|skipped|missing|unavailable|impossible|broke\\w*|" +
  "nicht|kein\\w*|ohne|fehl\\w*|konnte\\w*|unmöglich|ne|pas|échou\\w*|impossible|aucune?|sans|erreur|no se|sin|fall\\w*|error|" +
  "imposible|ningun[oa]?|não|sem|falh\\w*|erro|non|senza|fallit\\w*|errore|niet|geen|mislukt|zonder|не|нет|ошибка";
/** That something was not done, in the languages that we know; in others the sentence is mended. */
const denies = new RegExp(
  String.raw`(?<![\p{L}])(?:${denials})(?![\p{L}])|n['’]t(?![\p{L}])|[不没無无未]|ません|없|못`,
  "iu",
);

const REPEATED_WORDS = 3;

function repeats(said: string, facts: Facts): boolean {
  const words = said.split(/\s+/);
  const last = words.length - REPEATED_WORDS;
  return Array.from({ length: Math.max(0, last + 1) }).some((_, at) =>
    facts.holdsWords(
      words
        .slice(at, at + REPEATED_WORDS)
        .join(" ")
        .replaceAll(/^\P{L}+|[^\p{L}\p{N}]+$/gu, ""),
    ),
  );
}

function checkClaims(said: string, pools: readonly Facts[], nodes: readonly string[]): Fault[] {
  const { tokens, numbers } = claimsIn(said);
  const where = nodes.length > 0 ? `in what ${nodes.join(", ")} gave` : "in any result";
  const corners = new Set(pools.flatMap((facts) => [...facts.cornersAmong(numbers)]));
  const isRecorded = (claim: NumberClaim) => corners.has(claim) || pools.some((facts) => facts.holdsNumber(claim));
  return [
    ...tokens
      .filter((token) => !pools.some((facts) => facts.holdsToken(token)))
      .map(({ kind, text }) => ({ kind, message: `${text} stands nowhere ${where}` })),
    ...numbers
      .filter((claim) => !isRecorded(claim))
      .map(({ text }) => ({ kind: "number" as const, message: `the number ${text} stands nowhere ${where}` })),
  ];
}

/** The facts of the nodes and of all that they were made from. */
function poolsOf(ids: readonly string[], { nodes }: Evidence): Facts[] {
  const found = new Map<string, Facts>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = nodes.get(id);
    if (!node || found.has(id)) continue;
    found.set(id, node.facts);
    open.push(...node.sources);
  }
  return [...found.values()];
}
