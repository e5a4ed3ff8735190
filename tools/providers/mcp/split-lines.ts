/** Lines out of pieces of bytes. */

const NEWLINE = 0x0a;

/**
 * @param maxBytes of one line; when one is longer, `tooLong` is called once, and nothing more is taken
 * @returns what takes the pieces
 */
export function splitLines(
  maxBytes: number,
  onLine: (line: Buffer) => void,
  tooLong: () => void,
): (piece: Buffer) => void {
  let parts: Buffer[] = [];
  let bytes = 0;
  let isOver = false;

  return (piece) => {
    let rest = piece;
    while (!isOver && rest.length > 0) {
      const at = rest.indexOf(NEWLINE);
      const part = at < 0 ? rest : rest.subarray(0, at);
      bytes += part.length;
      parts.push(part);
      if (bytes > maxBytes) {
        isOver = true;
        parts = [];
        tooLong();
        return;
      }
      if (at < 0) return;
      const line = Buffer.concat(parts);
      parts = [];
      bytes = 0;
      rest = rest.subarray(at + 1);
      if (line.toString("utf8").trim() !== "") onLine(line);
    }
  };
}
