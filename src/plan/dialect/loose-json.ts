/** Finds the plan in what a language model wrote: plain JSON, JSON in a fence, or JSON with words around it. */

const LONGEST = 4_000_000;

/** The value; undefined where the text holds no JSON. */
export function readLooseJson(text: string): unknown {
  if (text.length > LONGEST) return undefined;
  const [start, end] = [text.indexOf("{"), text.lastIndexOf("}")];
  return parse(text) ?? (start >= 0 && end > start ? parse(text.slice(start, end + 1)) : undefined);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
