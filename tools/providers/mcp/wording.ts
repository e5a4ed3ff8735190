/** By which words a tool is found, out of what it says of itself. Pure. */
import { oneLine } from "./ports.ts";
import type { McpTool } from "./tool.ts";

const MOST_TITLE = 100;
const MOST_EXAMPLE = 200;

export function titleOf({ name, title, annotations }: McpTool): string {
  const given = oneLine(title ?? annotations?.title ?? "", MOST_TITLE).replace(/\s+tool$/i, "");
  if (given !== "") return given;
  const words = wordsOf(name);
  return oneLine(words.charAt(0).toUpperCase() + words.slice(1), MOST_TITLE) || "Tool";
}

/** Its name in words, and its title. */
export function phrasesOf(tool: McpTool): string[] {
  const phrases = [oneLine(wordsOf(tool.name), MOST_TITLE), titleOf(tool).toLowerCase()];
  return [...new Set(phrases)].filter((phrase) => phrase !== "");
}

/** What it does, said as somebody asks for it: "Returns the sum of two numbers" is "Return the sum of two numbers". */
export function examplesOf({ description = "" }: McpTool): string[] {
  const [sentence = ""] = oneLine(description, 2000).split(/(?<=[.!?])\s/);
  const example = imperative(sentence);
  return example.length >= 5 && example.length <= MOST_EXAMPLE ? [example] : [];
}

/** "get_weather", "imageCrop" and "issues/list" in words. */
function wordsOf(name: string): string {
  return name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .toLowerCase();
}

/** A verb in the third person, where a description begins with one; "this", "access" and "does" are none that fit. */
function imperative(sentence: string): string {
  const [first = "", ...rest] = sentence.split(" ");
  if (!/^[A-Za-z]{3,}[^s]s$/.test(first) || /^(?:this|does|tools?|these|was)$/i.test(first)) return sentence;
  const verb = /(?:[sxz]|ch|sh|o)es$/i.test(first)
    ? first.replace(/es$/, "")
    : /[^aeiou]ies$/i.test(first)
      ? first.replace(/ies$/, "y")
      : first.replace(/s$/, "");
  return [verb, ...rest].join(" ");
}
