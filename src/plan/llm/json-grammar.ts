/** One JSON value (RFC 8259), read character by character with a stack instead of recursion. */

/** Where a value stands: keys and positions from the outermost value, which is []. */
export type JsonPath = readonly (string | number)[];

export interface ClosedValue {
  readonly path: JsonPath;
  readonly value: unknown;
}

interface Container {
  readonly isArray: boolean;
  /** Where it begins in what was read. */
  readonly start: number;
  key: string;
  index: number;
}

export interface GrammarStep {
  readonly closed: readonly ClosedValue[];
  /** The outermost value is complete. */
  readonly done: boolean;
  /** Why this can't be JSON. */
  readonly fault?: string;
}

type State = "value" | "value or ]" | "key" | "key or }" | "colon" | "comma or end" | "string" | "scalar";

const going: GrammarStep = { closed: [], done: false };
const scalarCharacter = /[A-Za-z0-9+.-]/;
const space = /[ \t\r\n]/;

export class JsonGrammar {
  readonly #wanted: (path: JsonPath) => boolean;
  readonly #maxDepth: number;
  readonly #stack: Container[] = [];
  #state: State = "value";
  /** The text so far, with line breaks inside strings escaped: models write them, JSON forbids them. */
  #text = "";
  /** Start of the string or scalar that is being read. */
  #start = 0;
  #escaped = false;
  #isKey = false;

  constructor(options: { readonly wanted: (path: JsonPath) => boolean; readonly maxDepth: number }) {
    this.#wanted = options.wanted;
    this.#maxDepth = options.maxDepth;
  }

  read(character: string): GrammarStep {
    if (this.#state === "string") return this.#readString(character);
    if (this.#state === "scalar") {
      if (scalarCharacter.test(character)) return this.#keep(character);
      const closed = this.#closeValue(this.#start);
      return closed.fault === undefined ? merge(closed, this.#readBetween(character)) : closed;
    }
    return this.#readBetween(character);
  }

  #keep(character: string): GrammarStep {
    this.#text += character;
    return going;
  }

  #readString(character: string): GrammarStep {
    if (character < " ") {
      this.#text += JSON.stringify(character).slice(1, -1);
      return going;
    }
    this.#text += character;
    if (this.#escaped) this.#escaped = false;
    else if (character === "\\") this.#escaped = true;
    else if (character === '"') return this.#isKey ? this.#closeKey() : this.#closeValue(this.#start);
    return going;
  }

  #readBetween(character: string): GrammarStep {
    if (space.test(character)) return this.#keep(character);
    const state = this.#state;
    this.#text += character;
    switch (state) {
      case "colon":
        if (character !== ":") return faultAt(character, '":"');
        this.#state = "value";
        return going;
      case "key":
      case "key or }":
        if (character === '"') return this.#open("string", true);
        return character === "}" && state === "key or }" ? this.#closeContainer() : faultAt(character, "a key");
      case "comma or end":
        return this.#readAfterValue(character);
      default:
        if (character === "]" && state === "value or ]") return this.#closeContainer();
        return this.#readValue(character);
    }
  }

  #readAfterValue(character: string): GrammarStep {
    const container = this.#stack.at(-1);
    if (!container) return faultAt(character, "nothing more");
    if (character === (container.isArray ? "]" : "}")) return this.#closeContainer();
    if (character !== ",") return faultAt(character, container.isArray ? '"," or "]"' : '"," or "}"');
    container.index += 1;
    this.#state = container.isArray ? "value" : "key";
    return going;
  }

  #readValue(character: string): GrammarStep {
    if (character === '"') return this.#open("string", false);
    if (character === "{" || character === "[") {
      if (this.#stack.length >= this.#maxDepth) return fault(`it is nested deeper than ${this.#maxDepth} levels`);
      const isArray = character === "[";
      this.#stack.push({ isArray, start: this.#text.length - 1, key: "", index: 0 });
      this.#state = isArray ? "value or ]" : "key or }";
      return going;
    }
    return scalarCharacter.test(character) ? this.#open("scalar", false) : faultAt(character, "a value");
  }

  #open(state: "string" | "scalar", isKey: boolean): GrammarStep {
    this.#state = state;
    this.#isKey = isKey;
    this.#start = this.#text.length - 1;
    return going;
  }

  #closeKey(): GrammarStep {
    const container = this.#stack.at(-1);
    const key = parse(this.#text.slice(this.#start));
    if (!container || typeof key?.value !== "string") return fault("a key is no string");
    container.key = key.value;
    this.#state = "colon";
    return going;
  }

  #closeContainer(): GrammarStep {
    const container = this.#stack.pop();
    return container ? this.#closeValue(container.start) : fault("something is closed that was never opened");
  }

  #closeValue(start: number): GrammarStep {
    this.#state = "comma or end";
    const done = this.#stack.length === 0;
    const path = this.#stack.map(({ isArray, key, index }) => (isArray ? index : key));
    const last = this.#text.at(-1) ?? "";
    const isWanted = this.#wanted(path);
    // Of what nobody asked for, only scalars were not looked at character by character.
    if (!isWanted && !scalarCharacter.test(last)) return { closed: [], done };
    const parsed = parse(this.#text.slice(start));
    if (!parsed) return fault(`${this.#text.slice(start, start + 30).trim()} is no JSON`);
    return { closed: isWanted ? [{ path, value: parsed.value }] : [], done };
  }
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function merge(first: GrammarStep, second: GrammarStep): GrammarStep {
  return { ...second, closed: [...first.closed, ...second.closed] };
}

const fault = (why: string): GrammarStep => ({ closed: [], done: false, fault: why });
const faultAt = (character: string, wanted: string): GrammarStep =>
  fault(`there is ${JSON.stringify(character)} where ${wanted} should stand`);
