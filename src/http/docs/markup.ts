/** Markup that can't be broken by what is put into it. */

export class Markup {
  readonly text: string;

  /** @param text is taken as it is: only for what is written in this program. */
  constructor(text: string) {
    this.text = text;
  }
}

type Piece = string | number | Markup | undefined | readonly Piece[];

/** A template whose every value is escaped, unless it is markup already. Undefined writes nothing. */
export function markup(strings: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  return new Markup(strings.reduce((text, string, index) => text + write(values[index - 1]) + string));
}

export function join(pieces: readonly Piece[], separator: string): Markup {
  return new Markup(pieces.map(write).join(write(separator)));
}

function write(piece: Piece): string {
  if (piece === undefined) return "";
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === "string" || typeof piece === "number") return escape(String(piece));
  return piece.map(write).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
