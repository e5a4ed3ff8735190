/**
 * Models of a handful of operations, in the layout of Transformers.js: each does its task by a rule that can be told in a
 * line, so that a test knows what is right.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { floats, integers, writeOnnx, type Graph, type Operation, type Port } from "./onnx.ts";

const PAD = "[PAD]";
const UNKNOWN = "[UNK]";

export interface TinyModel {
  readonly config: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, unknown>>;
  /** Without the ending. */
  readonly graphs: Readonly<Record<string, Graph>>;
}

export async function writeModel(folder: string, { config, files = {}, graphs }: TinyModel): Promise<string> {
  await mkdir(join(folder, "onnx"), { recursive: true });
  for (const [name, content] of Object.entries({ config, ...files })) {
    await writeFile(join(folder, `${name}.json`), JSON.stringify(content));
  }
  for (const [name, graph] of Object.entries(graphs)) {
    await writeFile(join(folder, "onnx", `${name}.onnx`), writeOnnx(graph));
  }
  return folder;
}

/** Whole words; others are unknown. @param special further tokens that are no words, after the usual three */
export function tokenizerOf(
  words: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
  special: readonly string[] = [],
) {
  const all = [PAD, UNKNOWN, "[SEP]", ...special, ...words];
  const added = all.slice(0, 3 + special.length).map((content, id) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  }));
  return {
    tokenizer: {
      version: "1.0",
      added_tokens: added,
      normalizer: null,
      pre_tokenizer: { type: "Whitespace" },
      post_processor: {
        type: "TemplateProcessing",
        single: [{ Sequence: { id: "A", type_id: 0 } }],
        pair: [
          { Sequence: { id: "A", type_id: 0 } },
          { SpecialToken: { id: "[SEP]", type_id: 0 } },
          { Sequence: { id: "B", type_id: 0 } },
        ],
        special_tokens: { "[SEP]": { id: "[SEP]", ids: [2], tokens: ["[SEP]"] } },
      },
      decoder: { type: "WordPiece", prefix: "##", cleanup: false },
      model: {
        type: "WordPiece",
        unk_token: UNKNOWN,
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(all.map((word, id) => [word, id])),
      },
    },
    tokenizer_config: {
      tokenizer_class: "PreTrainedTokenizerFast",
      pad_token: PAD,
      unk_token: UNKNOWN,
      sep_token: "[SEP]",
      model_max_length: 32,
      ...more,
    },
  };
}

/** For each word of the tokenizer its row; special tokens and unknown words have zeros. */
export function table(words: readonly string[], rows: Readonly<Record<string, readonly number[]>>, width: number) {
  const zeros = Array.from({ length: width }, () => 0);
  const all = [zeros, zeros, zeros, ...words.map((word) => rows[word] ?? zeros)];
  return floats([all.length, width], all.flat());
}

const ids: Port = { name: "input_ids", type: "int64", shape: ["b", "s"] };
const mask: Port = { name: "attention_mask", type: "int64", shape: ["b", "s"] };

/** Rows of the table `w` for each token: `looked` [b, s, width]. */
export const lookUp: Operation = { op: "Gather", inputs: ["w", "input_ids"], outputs: ["looked"] };

/** `looked` summed over the words that are no padding: `summed` [b, width]. */
export const sumUp: readonly Operation[] = [
  lookUp,
  { op: "Cast", inputs: ["attention_mask"], outputs: ["m"], attributes: { to: 1 } },
  { op: "Unsqueeze", inputs: ["m", "last"], outputs: ["m1"] },
  { op: "Mul", inputs: ["looked", "m1"], outputs: ["kept"] },
  { op: "ReduceSum", inputs: ["kept", "second"], outputs: ["summed"], attributes: { keepdims: 0 } },
];
export const axes = { last: integers([1], [-1]), second: integers([1], [1]) };

/** On texts: what `operations` make of the table, as `output`. */
export function textGraph(
  weights: Graph["weights"],
  operations: readonly Operation[],
  outputs: readonly Port[],
): Graph {
  return { inputs: [ids, mask], outputs, weights: { ...axes, ...weights }, operations };
}

/** Pictures of any size, values 0 to 1. */
export const pixels: Port = { name: "pixel_values", type: "float", shape: ["b", 3, "h", "w"] };

export function imageSettings(kind: string, side: number | undefined, more: Readonly<Record<string, unknown>> = {}) {
  return {
    preprocessor_config: {
      image_processor_type: kind,
      do_resize: side !== undefined,
      ...(side !== undefined && { size: { height: side, width: side } }),
      resample: 0,
      do_rescale: true,
      rescale_factor: 1 / 255,
      do_normalize: false,
      ...more,
    },
  };
}

export { floats, integers };
