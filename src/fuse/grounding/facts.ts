/** What was recorded, as far as a claim can be held against it. Pure. */
import type { Value } from "../../run/value.ts";
import { claimsIn, keyOf, type TokenClaim } from "./claims.ts";
import type { NumberClaim, Reading } from "./numbers.ts";
import { normalise } from "./sentences.ts";

/** A score, 0 to 1, is no count: "1 dog" does not come from a certainty of 1. */
interface NumberFact {
  readonly value: number;
  readonly isScore: boolean;
}

/** Whole numbers from here on may stand for a recorded number with decimals: 15.71 seconds are 16. */
const ROUNDED_FROM = 10;

export class Facts {
  readonly #numbers: NumberFact[] = [];
  readonly #tokens = new Set<string>();
  readonly #texts: string[] = [];
  readonly #boxes: (readonly number[])[] = [];

  addText(text: string): void {
    const { tokens, numbers } = claimsIn(text);
    for (const { key } of tokens) this.#tokens.add(key);
    for (const { readings, percent, negative } of numbers) {
      for (const { value } of readings.flat()) {
        this.addNumber(negative ? -value : value);
        if (percent) this.#numbers.push({ value: value / 100, isScore: true });
      }
    }
    this.#texts.push(normalise(text));
  }

  addNumber(value: number): void {
    this.#numbers.push({ value, isScore: false });
  }

  addToken(token: string): void {
    this.#tokens.add(keyOf(token));
  }

  /** What can be counted in a value counts as recorded with it. */
  addValue(value: Value): void {
    switch (value.type) {
      case "text":
        return this.addText(value.value);
      case "number":
        return this.addNumber(value.value);
      case "boolean":
        return;
      case "json":
        return this.#addJson(value.value);
      case "boxes":
        return this.#addBoxes(value.value);
      case "labels":
        this.addNumber(value.value.length);
        for (const { label, score } of value.value) this.#addScored(label, score);
        return;
      case "table":
        this.addNumber(value.value.rows.length);
        this.addNumber(value.value.columns.length);
        for (const cell of [...value.value.columns, ...value.value.rows.flat()]) this.addText(cell);
        return;
      case "embedding":
        this.addNumber(value.value.vector.length);
        return this.addText(value.value.space);
      case "list":
        this.addNumber(value.items.length);
        for (const item of value.items) this.addValue(item);
        for (const { message } of value.failures ?? []) this.addText(message);
        return;
      case "spilled":
        return this.addNumber(value.bytes);
      default:
        this.addToken(value.asset);
        if (value.name !== undefined) this.addText(value.name);
    }
  }

  holdsToken({ key }: Pick<TokenClaim, "key">): boolean {
    return this.#tokens.has(key);
  }

  holdsNumber(claim: NumberClaim): boolean {
    return claim.readings.some((reading) => reading.every((one) => this.#holdsReading(one, claim)));
  }

  /** The claims that are corners of one box; one of them alone may be chance. */
  cornersAmong(claims: readonly NumberClaim[]): ReadonlySet<NumberClaim> {
    const found = this.#boxes.map((box) =>
      claims.filter(({ readings }) =>
        readings.some(([first, ...more]) => more.length === 0 && first && box.some((corner) => rounds(corner, first))),
      ),
    );
    return new Set(found.filter((corners) => corners.length > 1).flat());
  }

  /** Whether these very words, and no parts of words, stand in a recorded text. */
  holdsWords(words: string): boolean {
    const wanted = normalise(words);
    return wanted !== "" && this.#texts.some((text) => standsIn(text, wanted));
  }

  #holdsReading(reading: Reading, { percent, negative }: NumberClaim): boolean {
    return this.#numbers.some(({ value, isScore }) => {
      if (negative && value > 0) return false;
      const recorded = Math.abs(value);
      if (percent && recorded <= 1 && rounds(recorded * 100, reading)) return true;
      if (isScore) return !percent && reading.decimals > 0 && rounds(recorded, reading);
      const mayRound = reading.decimals > 0 || recorded >= ROUNDED_FROM;
      return recorded === reading.value || (mayRound && !Number.isInteger(recorded) && rounds(recorded, reading));
    });
  }

  #addScored(label: string, score: number): void {
    this.addText(label);
    this.#numbers.push({ value: score, isScore: true });
  }

  #addBoxes(boxes: Extract<Value, { type: "boxes" }>["value"]): void {
    const counts = new Map<string, number>();
    for (const { label, score, box } of boxes) {
      this.#addScored(label, score);
      counts.set(label, (counts.get(label) ?? 0) + 1);
      this.#boxes.push([box.xmin, box.ymin, box.xmax, box.ymax, box.xmax - box.xmin, box.ymax - box.ymin]);
    }
    for (const count of [boxes.length, ...counts.values()]) this.addNumber(count);
  }

  #addJson(json: unknown): void {
    if (typeof json === "string") return this.addText(json);
    if (typeof json === "number") return this.addNumber(json);
    if (Array.isArray(json)) this.addNumber(json.length);
    if (typeof json !== "object" || json === null) return;
    for (const [key, value] of Object.entries(json)) {
      if (!Array.isArray(json)) this.addText(key);
      this.#addJson(value);
    }
  }
}

function rounds(recorded: number, { value, decimals }: Reading): boolean {
  const half = 0.5 * 10 ** -decimals;
  return Math.abs(Math.abs(recorded) - value) <= half * (1 + 1e-9);
}

function standsIn(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.charAt(at + words.length);
    if (!/[\p{L}\p{N}.,]/u.test(before) && !/[\p{L}\p{N}]/u.test(after)) return true;
  }
  return false;
}
