/**
 * Reads members of a zip file as a stream: the file is never in memory as a whole, and nothing in it is executed.
 * After PKWARE's APPNOTE.TXT 6.3.10: stored and deflated members, of up to 4 GiB, without encryption.
 */
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { PassThrough, type Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { SourceFault } from "./source-fault.ts";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const END_BYTES = 22;
/** A comment may follow the end record. */
const MAX_TAIL = END_BYTES + 0xffff;
/** Real directories have kilobytes: more is a broken or hostile file. */
const MAX_DIRECTORY = 16 * 2 ** 20;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;

interface Member {
  readonly method: number;
  readonly flags: number;
  /** In the archive. */
  readonly packed: number;
  readonly header: number;
}

/** @throws SourceFault where the file is no such zip, or has no such member */
export async function readZipMember(place: string, name: string, signal: AbortSignal): Promise<Readable> {
  const file = await open(place, "r");
  let member: Member;
  let start: number;
  try {
    member = await findMember(file, name);
    start = await dataStart(file, member, name);
  } finally {
    await file.close();
  }
  if ((member.flags & ENCRYPTED) !== 0 || (member.method !== STORED && member.method !== DEFLATED))
    throw new SourceFault(`${name} is packed in a way that can't be read here`);
  const unpack = member.method === DEFLATED ? createInflateRaw() : new PassThrough();
  if (member.packed === 0) return unpack.end();
  const packed = createReadStream(place, { start, end: start + member.packed - 1, highWaterMark: 1 << 18 });
  // Its error reaches the reader through the stream itself.
  pipeline(packed, unpack, { signal }).catch(() => {});
  return unpack;
}

async function findMember(file: FileHandle, name: string): Promise<Member> {
  const { size } = await file.stat();
  const tail = await bytesAt(file, Math.max(0, size - MAX_TAIL), Math.min(size, MAX_TAIL));
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(END_OF_DIRECTORY);
  const end = tail.lastIndexOf(mark, Math.max(0, tail.length - END_BYTES));
  if (end < 0 || end + END_BYTES > tail.length) throw new SourceFault("the archive is no zip file, or not whole");
  const length = tail.readUInt32LE(end + 12);
  const offset = tail.readUInt32LE(end + 16);
  if (length > MAX_DIRECTORY || offset + length > size) throw new SourceFault("the archive's directory is broken");
  const directory = await bytesAt(file, offset, length);
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === DIRECTORY_ENTRY;) {
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    if (directory.toString("utf8", at + 46, nameEnd) === name) {
      return {
        flags: directory.readUInt16LE(at + 8),
        method: directory.readUInt16LE(at + 10),
        packed: directory.readUInt32LE(at + 20),
        header: directory.readUInt32LE(at + 42),
      };
    }
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  throw new SourceFault(`the archive has no ${name}`);
}

/** The local header's own lengths count: its extra field often differs from the directory's. */
async function dataStart(file: FileHandle, { header }: Member, name: string): Promise<number> {
  const local = await bytesAt(file, header, 30);
  if (local.readUInt32LE(0) !== LOCAL_HEADER) throw new SourceFault(`${name} is not where the archive says`);
  return header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead < length) throw new SourceFault("the archive ends too early");
  return buffer;
}
