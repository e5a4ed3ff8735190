/**
 * Reads JSON while it is being written: every value that is asked for is given as soon as its last character is there.
 * Pure. Whatever stands before, between and after the JSON (prose, markdown fences) is passed over.
 */
import { JsonGrammar, type ClosedValue, type JsonPath } from "./json-grammar.ts";

export interface ScanEnd {
  /** The first thing that is wrong with it; undefined where every value in it was closed. */
  readonly problem?: string;
  /** Outermost values that were read whole. */
  readonly roots: number;
}

export interface ScanOptions {
  /** Which values are given; the outermost one is `[]`. */
  readonly wanted: (path: JsonPath) => boolean;
  /** @default 32 */
  readonly maxDepth?: number;
  /** Longest text that is read, prose included. @default 200_000 */
  readonly maxCharacters?: number;
}

export interface JsonScanner {
  /** The values that this piece closes, in order. */
  push(piece: string): ClosedValue[];
  /** To be called once, when the text has ended. */
  end(): ScanEnd;
}

export function createJsonScanner({ wanted, maxDepth = 32, maxCharacters = 200_000 }: ScanOptions): JsonScanner {
  let grammar: JsonGrammar | undefined;
  /** What was read since the candidate for JSON began: if it was none, it is searched for another one. */
  let since = "";
  let given = 0;
  let roots = 0;
  let read = 0;
  let problem: string | undefined;
  let full = false;

  const scan = (text: string): ClosedValue[] => {
    const closed: ClosedValue[] = [];
    let rest = text;
    for (let at = 0; at < rest.length; at += 1) {
      const character = rest[at] ?? "";
      if (!grammar) {
        if (!opens(character)) continue;
        grammar = new JsonGrammar({ wanted, maxDepth });
        since = "";
        given = 0;
      }
      since += character;
      const step = grammar.read(character);
      closed.push(...step.closed);
      given += step.closed.length;
      if (step.fault !== undefined) {
        grammar = undefined;
        if (given === 0) {
          // It may only have looked like JSON: there may be some inside.
          rest = since.slice(1) + rest.slice(at + 1);
          at = -1;
        } else {
          problem ??= step.fault;
          if (opens(character)) at -= 1;
        }
      } else if (step.done) {
        roots += 1;
        grammar = undefined;
      }
    }
    return closed;
  };

  return {
    push(piece) {
      if (full) return [];
      const room = maxCharacters - read;
      read += piece.length;
      const closed = scan(piece.slice(0, room));
      full = piece.length > room;
      if (full) problem ??= `it is longer than ${maxCharacters} characters`;
      return closed;
    },
    end() {
      const open = grammar ? "it ends in the middle" : undefined;
      const why = problem ?? open;
      return { roots, ...(why === undefined ? {} : { problem: why }) };
    },
  };
}

const opens = (character: string): boolean => character === "{" || character === "[";
