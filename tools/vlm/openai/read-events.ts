/** Server-sent events (WHATWG HTML, 9.2), as far as chat completions use them: the data of each. */

/** A line without an end would fill the memory. */
const MAX_LINE = 4_000_000;

export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let data: string[] = [];
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    // A carriage return at the end may be the first half of a line's end.
    const lines = rest.split(/\r\n|\n|\r(?=[^\n])/);
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE) throw new RangeError("a line of the stream has no end");
    for (const line of lines) {
      if (line === "" && data.length > 0) {
        yield data.join("\n");
        data = [];
      } else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    }
  }
  // Some servers leave out the last empty line.
  const last = /^data: ?(.*)/s.exec(rest.trimEnd())?.[1];
  if (last !== undefined) data.push(last);
  if (data.length > 0) yield data.join("\n");
}
