/** Reads references to other nodes as language models write them: `<node-0>`, `<GENERATED>-0`, `task_nodes[0].output`. */
import type { Pointer } from "../repair/draft-plan.ts";

const word = String.raw`(?:task[\s_-]*)?(?:nodes?|generated|outputs?|steps?|tasks?)`;
const number = String.raw`[\s_-]{0,3}\[?(\d{1,6})\]?`;

/** In angle brackets, with whatever stands before the node's name: `<output of node-1>`, `<Node_1>`, `<node-1}`. */
const bracketed = String.raw`<[\p{L}\s_-]{0,40}?${word}${number}[^<>{}]{0,40}[>}]?`;
const generated = String.raw`<\s*generated\s*>\s*-?\s*(\d{1,6})`;
const indexed = String.raw`<?\btask_(?:nodes|steps)>?\[(\d{1,6})\](?:</task_nodes>)?`;
const anywhere = new RegExp(`${generated}|${bracketed}|${indexed}`, "giu");

/** Without brackets, if nothing else is said: `node-1`, `# output of Node 1 #`, `GENERATED_0`. */
const bare = new RegExp(
  String.raw`^\W*(?:the\s+)?(?:outputs?[\s_]+(?:of|from)[\s_]+)?(?:node|generated|step)${number}\W*$`,
  "iu",
);

/** What may follow a reference without saying more: the name of the output, `.text`, `: summary of objects>`. */
const tail = /^(?:\s*[.:][^?!]{0,60}|['"\]}>)\s]{0,5})$/u;
const outputName = /^\s*[.:]\s*([\p{L}_][\p{L}\p{N}_]{0,39})/u;

const LONGEST = 20_000;

/** The references of a text and what stands between them; undefined where there are none. */
export function readReferences(text: string): Pointer | readonly (string | Pointer)[] | undefined {
  if (text.length > LONGEST) return undefined;
  const alone = bare.exec(text);
  if (alone) return pointer(alone[0], alone[1]);
  const matches = [...text.matchAll(anywhere)];
  const [first] = matches;
  if (!first) return undefined;
  const rest = text.slice(first.index + first[0].length);
  if (text.slice(0, first.index).trim() === "" && tail.test(rest)) {
    return { ...pointer(first[0], numberIn(first)), output: outputName.exec(rest)?.[1], written: text };
  }
  return partsOf(text, matches);
}

const numberIn = ([, one, two, three]: RegExpExecArray): string | undefined => one ?? two ?? three;

function pointer(written: string, digits: string | undefined): Pointer {
  // Steps are counted from 1 wherever TaskBench shows them; nodes from 0.
  const isStep = /step/i.test(written) && !/node/i.test(written);
  return { kind: "output", at: Number(digits) - (isStep ? 1 : 0), counted: !isStep, written: written.trim() };
}

function partsOf(text: string, matches: readonly RegExpExecArray[]): (string | Pointer)[] {
  const parts: (string | Pointer)[] = [];
  let end = 0;
  for (const match of matches) {
    parts.push(text.slice(end, match.index), pointer(match[0], numberIn(match)));
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== "");
}

/** `<output_of_Object_Detection>`, `The output from Translation`: the task that is named. */
export function outputOfTask(text: string): string | undefined {
  if (text.length > 200) return undefined;
  return /^<?(?:the[\s_]+)?(?:output|result)s?[\s_]+(?:of|from)[\s_]+([^<>]+?)(?:[\s_]+task)?>?$/iu.exec(
    text.trim(),
  )?.[1];
}
