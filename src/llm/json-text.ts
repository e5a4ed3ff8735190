/**
 * Picks the JSON out of a text that comes in pieces: what stands before the first brace or bracket (a thought, a fence,
 * a polite phrase) and after the value's end is left out. For models that can't be held to a schema.
 */
export function createJsonText(): (piece: string) => string {
  let waiting = "";
  let depth = 0;
  let inString = false;
  let escaped = false;
  let done = false;

  function takeFrom(text: string): string {
    for (let index = 0; index < text.length; index += 1) {
      const sign = text[index];
      if (escaped) escaped = false;
      else if (inString) {
        if (sign === "\\") escaped = true;
        else if (sign === '"') inString = false;
      } else if (sign === '"') inString = true;
      else if (sign === "{" || sign === "[") depth += 1;
      else if (sign === "}" || sign === "]") depth -= 1;
      if (depth === 0) {
        done = true;
        return text.slice(0, index + 1);
      }
    }
    return text;
  }

  return (piece) => {
    if (done) return "";
    if (depth > 0) return takeFrom(piece);
    waiting += piece;
    const thinking = waiting.trimStart().startsWith("<think>");
    const thought = waiting.indexOf("</think>");
    if (thinking && thought < 0) return "";
    const from = thinking ? thought : 0;
    const start = waiting.slice(from).search(/[{[]/u);
    return start < 0 ? "" : takeFrom(waiting.slice(from + start));
  };
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
