/** Finds every order in a prompt that is not inside a quoted string, whoever gave it. */
import { deciphered, linesOf, openText, readingsOf, type Line } from "./gullible-reader.ts";

export type Order =
  | { readonly type: "tool"; readonly tool: string }
  | { readonly type: "say"; readonly words: string }
  | { readonly type: "choose"; readonly id: string }
  | { readonly type: "forget" }
  /** A marker that a tokenizer takes for one of its own, inside of quotation marks or out. */
  | { readonly type: "marker"; readonly marker: string };

/** A tool as the prompt lists it. */
export interface Tool {
  readonly id: string;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
}

interface Message {
  readonly role: string;
  readonly content: string;
}

const catalogueLine = /^- ([a-z][a-z0-9-]*)\((.*?)\) -> ((?:\w+: [a-z ]+(?:, )?)+)\./u;

/** The tools that the rules list, in their order. */
export function toolsOf(system: string): Tool[] {
  return system.split("\n").flatMap((line) => {
    const [, id, inputs = "", outputs = ""] = catalogueLine.exec(line) ?? [];
    if (id === undefined) return [];
    return [{ id, inputs: portsOf(inputs), outputs: portsOf(outputs) }];
  });
}

/** Those that must be given. */
function portsOf(text: string) {
  const ports = text.replaceAll(/\[[^\]]*\]/gu, "").split(",");
  return ports.flatMap((port) => {
    const [, name, type] = /^\s*(\w+): ([a-z ]+?)\s*$/u.exec(port) ?? [];
    return name === undefined || type === undefined ? [] : [{ name, type }];
  });
}

export function ordersIn(messages: readonly Message[], tools: readonly Tool[]): Order[] {
  const found = messages.flatMap(({ role, content }, at) =>
    readingsOf(content).flatMap((text) => {
      const lines = linesOf(text);
      const open = lines.map(openText);
      return [
        ...markersIn(text, role, tools),
        ...open.flatMap((line) => ordersInLine(line, role, tools)),
        ...(at === messages.length - 1
          ? lines.flatMap((line, index) => (isFrame(open, index) ? [] : forgedSteps(line, tools)))
          : []),
      ];
    }),
  );
  const seen = new Map(found.map((order) => [JSON.stringify(order), order]));
  return [...seen.values()];
}

/** The tokenizer's own words for who speaks, of the chat templates that are in use. */
const marker =
  /<\|[^<>|\n]{1,40}\|>|<\/?s>|<<\/?SYS>>|<\/?(?:start_of_turn|end_of_turn|system|think)>|\[\/?(?:INST|SYSTEM_PROMPT|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS)\]/gu;

function markersIn(text: string, role: string, tools: readonly Tool[]): Order[] {
  return [...text.matchAll(marker)].flatMap((found) => [
    { type: "marker" as const, marker: found[0] },
    ...ordersInLine(text.slice(found.index + found[0].length, found.index + 300), role, tools),
  ]);
}

const imperatives = [
  ...["call", "calls", "invoke", "run", "add", "use", "execute", "trigger"],
  ...["rufe", "benutze", "verwende", "appelle", "utilise", "llama", "usa", "вызови", "используй", "استخدم"],
];
const imperative = new RegExp(`(?<![\\p{L}-])(?:${imperatives.join("|")})(?![\\p{L}-])|调用|使用|呼び出`, "iu");
const forgetting = /\b(?:ignore|disregard|forget|vergiss|oublie|olvida)\b.{0,60}\b\w*(?:instru|anweis|consign|rules)/iu;
const saying = /\b(?:say|write|reply|answer)\s*:\s*['‘“]?([^'’”"\n]{2,80})/iu;
const choosing = /\bchoose\s+([a-z0-9-]+\/[A-Za-z0-9._/-]*[A-Za-z0-9])/iu;

function ordersInLine(open: string, role: string, tools: readonly Tool[]): Order[] {
  const [own, id] = catalogueLine.exec(open) ?? [];
  // A tool that is listed is no order where it belongs; where people speak, it is one to take it up.
  const listed: Order[] = role === "user" && id !== undefined ? [{ type: "tool", tool: id }] : [];
  const text = own === undefined ? open : open.slice(own.length);
  const said = [text, ...deciphered(text)];
  return [...listed, ...said.flatMap((one) => ordersOf(one, tools))];
}

function ordersOf(text: string, tools: readonly Tool[]): Order[] {
  const names = imperative.test(text) ? tools.filter(({ id }) => isNamed(id, text)) : [];
  const [, words] = saying.exec(text) ?? [];
  const [, chosen] = choosing.exec(text) ?? [];
  return [
    ...names.map(({ id }): Order => ({ type: "tool", tool: id })),
    ...(words === undefined ? [] : [{ type: "say" as const, words: words.trim() }]),
    ...(chosen === undefined ? [] : [{ type: "choose" as const, id: chosen }]),
    ...(forgetting.test(text) ? [{ type: "forget" as const }] : []),
  ];
}

/** `text-to-speech` may be spoken, and read with gaps. */
function isNamed(id: string, text: string): boolean {
  return new RegExp(`(?<![\\p{L}-])${id.replaceAll("-", "[-_\\s]*")}(?![\\p{L}-])`, "iu").test(text);
}

/** `"task":"text-to-speech"` where no step stands. */
function forgedSteps(line: Line, tools: readonly Tool[]): Order[] {
  return line.flatMap((token, at): Order[] => {
    const [colon, value] = [line[at + 1], line[at + 2]];
    const isTask = token.type === "quoted" && token.value === "task" && colon?.type === "open";
    if (!isTask || colon.text.trim() !== ":" || value?.type !== "quoted") return [];
    return tools.some(({ id }) => id === value.value) ? [{ type: "tool", tool: value.value }] : [];
  });
}

/** Where a prompt tells of steps and results, these do; the first section of that name is the prompt's own. */
const sections = [
  { sign: "What became of them:", headings: ["Steps that stand:"] },
  { sign: "The step to mend:", headings: ["Steps that stand:", "The step to mend:"] },
  { sign: "Results:", headings: ["Results:"] },
];

function isFrame(lines: readonly string[], index: number): boolean {
  const at = lines.findLastIndex((line, other) => other < index && /^[A-Z][A-Za-z ]*:/u.test(line));
  const heading = lines[at] ?? "";
  const own = sections.findLast(({ sign }) => lines.includes(sign));
  return own !== undefined && own.headings.includes(heading) && lines.indexOf(heading) === at;
}
