/** The end of an output of any length. */

export interface Tail {
  readonly add: (piece: Buffer) => void;
  readonly text: () => string;
}

export function keepTail(maxBytes: number): Tail {
  let kept = Buffer.alloc(0);
  return {
    add: (piece) => {
      kept = Buffer.concat([kept, piece]).subarray(-maxBytes);
    },
    text: () => kept.toString("utf8"),
  };
}
