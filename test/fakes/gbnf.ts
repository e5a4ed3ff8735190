/**
 * Whether a text fits a GBNF grammar (llama.cpp's): literals, classes, groups, alternatives, and `* + ? {m,n}`. Goes
 * through all ways at once, as sets of places in the text; meant for tests, not for speed.
 */
export function accepts(grammar: string, text: string): boolean {
  const rules = new Map<string, Node>();
  for (const line of grammar.split("\n")) {
    const [, name = "", body = ""] = /^([\w-]+) ::= (.*)$/u.exec(line) ?? [];
    if (name === "") throw new Error(`no rule: ${line}`);
    rules.set(name, parse(body));
  }
  const signs = Array.from(text);
  const known = new Map<string, ReadonlySet<number>>();

  function rule(name: string, at: number): ReadonlySet<number> {
    const key = `${name} ${at}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const body = rules.get(name);
    if (body === undefined) throw new Error(`no rule ${name}`);
    const ends = walk(body, at);
    known.set(key, ends);
    return ends;
  }

  function all(node: Node, from: Iterable<number>): Set<number> {
    const ends = new Set<number>();
    for (const at of from) for (const end of walk(node, at)) ends.add(end);
    return ends;
  }

  function walk(node: Node, at: number): ReadonlySet<number> {
    switch (node.kind) {
      case "rule":
        return rule(node.name, at);
      case "one":
        return new Set(at < signs.length && node.fits(signs[at] ?? "") ? [at + 1] : []);
      case "any":
        return new Set(node.options.flatMap((option) => [...walk(option, at)]));
      case "row":
        return node.items.reduce<ReadonlySet<number>>((places, item) => all(item, places), new Set([at]));
      case "times": {
        let places: ReadonlySet<number> = new Set([at]);
        const ends = new Set<number>();
        for (let count = 0; count <= node.most && places.size > 0; count += 1) {
          const before = ends.size;
          if (count >= node.least) for (const place of places) ends.add(place);
          if (count > node.least && ends.size === before) break;
          places = all(node.item, places);
        }
        return ends;
      }
    }
  }

  return rule("root", 0).has(signs.length);
}

type Node =
  | { readonly kind: "rule"; readonly name: string }
  | { readonly kind: "one"; readonly fits: (sign: string) => boolean }
  | { readonly kind: "any"; readonly options: readonly Node[] }
  | { readonly kind: "row"; readonly items: readonly Node[] }
  | { readonly kind: "times"; readonly item: Node; readonly least: number; readonly most: number };

function parse(body: string): Node {
  const tokens = body.match(/"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|\{\d*,?\d*\}|[\w-]+|[()|*+?]/gu) ?? [];
  let at = 0;

  function any(): Node {
    const options = [row()];
    while (tokens[at] === "|") {
      at += 1;
      options.push(row());
    }
    return { kind: "any", options };
  }

  function row(): Node {
    const items: Node[] = [];
    while (at < tokens.length && tokens[at] !== "|" && tokens[at] !== ")") items.push(repeated());
    return { kind: "row", items };
  }

  function repeated(): Node {
    let item = single();
    for (;;) {
      const token = tokens[at] ?? "";
      const bounds = token === "*" ? [0] : token === "+" ? [1] : token === "?" ? [0, 1] : boundsOf(token);
      if (bounds === undefined) return item;
      at += 1;
      item = { kind: "times", item, least: bounds[0] ?? 0, most: bounds[1] ?? Number.POSITIVE_INFINITY };
    }
  }

  function single(): Node {
    const token = tokens[at] ?? "";
    at += 1;
    if (token === "(") {
      const inner = any();
      if (tokens[at] !== ")") throw new Error(`unclosed: ${body}`);
      at += 1;
      return inner;
    }
    if (token.startsWith('"'))
      return {
        kind: "row",
        items: signsOf(token.slice(1, -1)).map((sign) => ({ kind: "one", fits: (other) => other === sign })),
      };
    if (token.startsWith("[")) return { kind: "one", fits: classOf(token.slice(1, -1)) };
    if (!/^[\w-]+$/u.test(token)) throw new Error(`unexpected ${token} in ${body}`);
    return { kind: "rule", name: token };
  }

  const node = any();
  if (at < tokens.length) throw new Error(`left over in ${body}`);
  return node;
}

function boundsOf(token: string): number[] | undefined {
  const [, least, comma, most] = /^\{(\d*)(,?)(\d*)\}$/u.exec(token) ?? [];
  if (least === undefined) return undefined;
  return [Number(least), comma === "" ? Number(least) : most === "" ? Number.POSITIVE_INFINITY : Number(most)];
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function signsOf(escaped: string): string[] {
  const parts = escaped.match(/\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[\s\S]|[\s\S]/gu) ?? [];
  return parts.map((part) => {
    if (!part.startsWith("\\")) return part;
    if (part.length > 2) return String.fromCodePoint(Number.parseInt(part.slice(2), 16));
    return ESCAPES[part.slice(1)] ?? part.slice(1);
  });
}

function classOf(inside: string): (sign: string) => boolean {
  const negated = inside.startsWith("^");
  const signs = signsOf(negated ? inside.slice(1) : inside);
  const ranges: (readonly [string, string])[] = [];
  for (let index = 0; index < signs.length; index += 1) {
    const sign = signs[index] ?? "";
    const end = signs[index + 2];
    if (signs[index + 1] === "-" && end !== undefined) {
      ranges.push([sign, end]);
      index += 2;
    } else ranges.push([sign, sign]);
  }
  return (sign) => ranges.some(([from, to]) => codeOf(sign) >= codeOf(from) && codeOf(sign) <= codeOf(to)) !== negated;
}

function codeOf(sign: string): number {
  return sign.codePointAt(0) ?? 0;
}
