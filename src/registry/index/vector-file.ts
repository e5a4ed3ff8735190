/**
 * Vectors of cards in a file, by the text that was embedded, so that a start does not embed 100 000 cards again. Records
 * are of one length and only appended; what is broken is left out, and embedded anew.
 */
import { createHash, randomUUID } from "node:crypto";
import { appendFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import type { PackedVector } from "./packed-vector.ts";

/** Bytes: of the hash of a text, of a scale, of a checksum. */
const KEY = 16;
const SCALE = 4;
const CHECK = 4;

export interface VectorFileOptions {
  /** Only vectors of one space are in a file. */
  readonly space: string;
  readonly dimensions: number;
}

interface Content {
  /** By the hash of the text. */
  readonly vectors: Map<string, PackedVector>;
  /** Records in the file, whole or not. */
  readonly records: number;
  /** Bytes that the last record lacks. */
  readonly lacking: number;
}

export class VectorFile {
  readonly #path: string;
  readonly #header: Buffer;
  readonly #recordSize: number;
  #vectors: Map<string, PackedVector>;
  #records: number;
  /** What is to be appended. */
  #waiting: Buffer[] = [];
  /** Whether the file is to be begun anew. */
  #isNew: boolean;

  private constructor(path: string, header: Buffer, recordSize: number, content: Content | undefined) {
    this.#path = path;
    this.#header = header;
    this.#recordSize = recordSize;
    this.#vectors = content?.vectors ?? new Map();
    this.#records = content?.records ?? 0;
    this.#isNew = content === undefined;
    // Somebody died while writing: the rest of that record is made up, and its checksum wrong.
    if (content && content.lacking > 0) this.#waiting.push(Buffer.alloc(content.lacking));
  }

  /** One that is not there, can't be read, or is of another space is empty, and will be begun anew. */
  static async open(path: string, { space, dimensions }: VectorFileOptions): Promise<VectorFile> {
    const header = Buffer.alloc(KEY + 4);
    hashOf(`tutti vectors 1 ${space}`).copy(header);
    header.writeUInt32LE(dimensions, KEY);
    const recordSize = KEY + SCALE + dimensions + CHECK;
    const bytes = await readFile(path).catch(() => undefined);
    const isOurs = bytes?.subarray(0, header.length).equals(header) === true;
    return new VectorFile(
      path,
      header,
      recordSize,
      isOurs ? read(bytes.subarray(header.length), recordSize) : undefined,
    );
  }

  /** How many it knows. */
  get size(): number {
    return this.#vectors.size;
  }

  get(text: string): PackedVector | undefined {
    return this.#vectors.get(keyOf(text));
  }

  /** Kept in the file with the next `flush`. */
  put(text: string, vector: PackedVector): void {
    const record = Buffer.alloc(this.#recordSize);
    hashOf(text).copy(record);
    record.writeFloatLE(vector.scale, KEY);
    record.set(vector.values, KEY + SCALE);
    record.writeUInt32LE(crc32(record.subarray(0, -CHECK)), this.#recordSize - CHECK);
    this.#waiting.push(record);
    this.#records += 1;
    this.#vectors.set(record.toString("latin1", 0, KEY), { scale: vector.scale, values: valuesIn(record) });
  }

  /** In one piece, so that several processes may write. @throws what the file system throws */
  async flush(): Promise<void> {
    const waiting = Buffer.concat(this.#waiting);
    this.#waiting = [];
    if (waiting.length === 0) return;
    if (!this.#isNew) return appendFile(this.#path, waiting);
    await this.#replace(Buffer.concat([this.#header, waiting]));
    this.#isNew = false;
  }

  /**
   * Lets go of the vectors, and, where most of the file is of no use any more, of that, too.
   * @param texts those that still count
   * @throws what the file system throws
   */
  async release(texts: Iterable<string>): Promise<void> {
    const wanted = new Set(Array.from(texts, keyOf));
    const kept = [...this.#vectors].filter(([key]) => wanted.has(key));
    const isMostlyWaste = kept.length * 2 < this.#records && this.#waiting.length === 0;
    if (isMostlyWaste && !this.#isNew) {
      await this.#replace(Buffer.concat([this.#header, ...kept.map(([, { values }]) => recordAround(values))]));
      this.#records = kept.length;
    }
    this.#vectors = new Map();
  }

  async #replace(content: Buffer): Promise<void> {
    const unfinished = `${this.#path}.${randomUUID()}`;
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      await writeFile(unfinished, content);
      await rename(unfinished, this.#path);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => {});
      throw error;
    }
  }
}

/** Vectors are views: nothing is copied. The last of several of one text counts. */
function read(bytes: Buffer, recordSize: number): Content {
  const vectors = new Map<string, PackedVector>();
  const records = Math.ceil(bytes.length / recordSize);
  for (let at = 0; at + recordSize <= bytes.length; at += recordSize) {
    const record = bytes.subarray(at, at + recordSize);
    if (crc32(record.subarray(0, -CHECK)) !== record.readUInt32LE(recordSize - CHECK)) continue;
    const scale = record.readFloatLE(KEY);
    if (!(scale > 0) || !Number.isFinite(scale)) continue;
    vectors.set(record.toString("latin1", 0, KEY), { scale, values: valuesIn(record) });
  }
  return { vectors, records, lacking: records * recordSize - bytes.length };
}

function valuesIn({ buffer, byteOffset, length }: Buffer): Int8Array {
  return new Int8Array(buffer, byteOffset + KEY + SCALE, length - KEY - SCALE - CHECK);
}

/** The record that such values are a view of. */
function recordAround({ buffer, byteOffset, length }: Int8Array): Buffer {
  return Buffer.from(buffer, byteOffset - KEY - SCALE, KEY + SCALE + length + CHECK);
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest().subarray(0, KEY);
}

function keyOf(text: string): string {
  return hashOf(text).toString("latin1");
}
