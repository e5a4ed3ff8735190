/**
 * The product of a query and a row, eight numbers at a time: JavaScript has no such instructions, WebAssembly has
 * (fixed-width SIMD, in every Node since 16.4). Some hundred bytes of it, put together here.
 */

/** `query` and `row` are places in the memory, the query of 16-bit, the row of 8-bit numbers, up to `end`. */
export type Dot = (query: number, row: number, end: number) => number;

const [I32, V128] = [0x7f, 0x7b];
const [QUERY, ROW, END, SUM] = [0, 1, 2, 3];

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const constant = (value: number): number[] => [0x41, value];
const simd = (operation: number, ...rest: number[]): number[] => [0xfd, ...unsigned(operation), ...rest];
const NEVER_ALIGNED = [0, 0];
const load = simd(0x00, ...NEVER_ALIGNED);
const load8AsSixteen = simd(0x01, ...NEVER_ALIGNED);
const addFour = simd(0xae);
/** Products of neighbours, added in pairs: of eight, four. */
const dotPairs = simd(0xba);
const lane = (which: number): number[] => simd(0x1b, which);
const add = [0x6a];
const isBelow = [0x49];
const loop = (...lines: number[][][]): number[][] => [[0x03, 0x40], ...lines.flat(), [0x0b]];
const againIf = [0x0d, 0];

const body = [
  loop(
    [get(SUM), get(QUERY), load, get(ROW), load8AsSixteen, dotPairs, addFour, set(SUM)],
    [get(QUERY), constant(16), add, set(QUERY)],
    [get(ROW), constant(8), add, set(ROW)],
    [get(ROW), get(END), isBelow, againIf],
  ),
  [get(SUM), lane(0), get(SUM), lane(1), add],
  [get(SUM), lane(2), add, get(SUM), lane(3), add],
].flat(2);

const oneLocal = [1, 1, V128];
const code = [oneLocal, body, 0x0b].flat();
const magic = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const program = Uint8Array.from(
  [
    magic,
    section(1, [1, 0x60, 3, I32, I32, I32, 1, I32]),
    section(2, [1, ...name("m"), ...name("memory"), 0x02, 0, 1]),
    section(3, [1, 0]),
    section(7, [1, ...name("dot"), 0, 0]),
    section(10, [1, ...unsigned(code.length), ...code]),
  ].flat(),
);

export function dotIn(memory: WebAssembly.Memory): Dot {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(program), { m: { memory } });
  const { dot } = exports;
  if (typeof dot !== "function") throw new Error("the module exports no function");
  return (query, row, end) => Number(dot(query, row, end));
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function name(text: string): number[] {
  return [text.length, ...new TextEncoder().encode(text)];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)];
}
