/** Colours for a stream, where it shows them. */
import { styleText } from "node:util";

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

/** `styleText` heeds NO_COLOR, FORCE_COLOR and whether the stream is a terminal. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const style = (format: "bold" | "dim" | "green" | "red") => (text: string) => styleText(format, text, { stream });
  return { bold: style("bold"), dim: style("dim"), good: style("green"), bad: style("red") };
}
