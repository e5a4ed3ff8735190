/**
 * Writes ONNX models (onnx.proto3, IR 8, opset 17), so that a test can have a model of a few operations whose outputs
 * are known, in the layout that the library loads.
 */

interface TensorOf {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface Port {
  readonly name: string;
  readonly type: "float" | "int64";
  /** A name stands for a length that varies. */
  readonly shape: readonly (number | string)[];
}

export interface Operation {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers, or lists of them. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface Graph {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly weights?: Readonly<Record<string, TensorOf>>;
  readonly operations: readonly Operation[];
}

export function floats(dims: readonly number[], data: readonly number[]): TensorOf {
  return { dims, data: Float32Array.from(data) };
}

export function integers(dims: readonly number[], data: readonly number[]): TensorOf {
  return { dims, data: BigInt64Array.from(data.map(BigInt)) };
}

export function writeOnnx({ inputs, outputs, weights = {}, operations }: Graph): Buffer {
  const graph = [
    ...operations.map((operation) => message(1, node(operation))),
    text(2, "g"),
    ...Object.entries(weights).map(([name, tensor]) => message(5, initializer(name, tensor))),
    ...inputs.map((port) => message(11, valueInfo(port))),
    ...outputs.map((port) => message(12, valueInfo(port))),
  ];
  return Buffer.concat([integer(1, 8), message(7, graph), message(8, [integer(2, 17)])]);
}

function node({ op, inputs, outputs, attributes = {} }: Operation): Buffer[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value))),
  ];
}

function attribute(name: string, value: number | readonly number[]): Buffer[] {
  if (typeof value === "number") return [text(1, name), integer(3, value), integer(20, 2)];
  return [text(1, name), ...value.map((one) => integer(8, one)), integer(20, 7)];
}

function initializer(name: string, { dims, data }: TensorOf): Buffer[] {
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const type = data instanceof Float32Array ? 1 : 7;
  return [...dims.map((length) => integer(1, length)), integer(2, type), text(8, name), field(9, raw)];
}

function valueInfo({ name, type, shape }: Port): Buffer[] {
  const dims = shape.map((length) => message(1, [typeof length === "number" ? integer(1, length) : text(2, length)]));
  const tensor = [integer(1, type === "float" ? 1 : 7), message(2, dims)];
  return [text(1, name), message(2, [message(1, tensor)])];
}

function message(number: number, parts: readonly Buffer[]): Buffer {
  return field(number, Buffer.concat(parts));
}

function text(number: number, value: string): Buffer {
  return field(number, Buffer.from(value));
}

function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

function integer(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

/** Negative ones as 64 bits of two's complement. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(left & 0x7fn);
    left >>= 7n;
    bytes.push(left > 0n ? low | 0x80 : low);
  } while (left > 0n);
  return Buffer.from(bytes);
}
