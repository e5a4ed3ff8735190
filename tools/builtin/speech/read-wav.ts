/** Reading WAV files (RIFF, Microsoft & IBM 1991): linear PCM of 8 to 32 bits and floats. */
import { type FileHandle, open } from "node:fs/promises";
import { TuttiError } from "../../../src/errors.ts";

/** Sound of one channel, samples -1 to 1. */
export interface Sound {
  readonly sampleRate: number;
  readonly samples: Float32Array;
}

export interface WavLimits {
  readonly seconds: number;
  readonly bytes: number;
}

interface Format {
  readonly channels: number;
  readonly sampleRate: number;
  readonly bytesPerSample: number;
  readonly float: boolean;
}

const PCM = 1;
const FLOAT = 3;
/** The real format then stands further on in the chunk. */
const EXTENSIBLE = 0xfffe;
const BLOCK_BYTES = 1 << 20;

/**
 * The sound of a WAV file, its channels averaged. A file cut off in the middle gives what is there.
 * @throws TuttiError `bad-input` where the file is no WAV, is compressed, holds no sound or is above the limits.
 */
export async function readWav(path: string, name: string, limits: WavLimits): Promise<Sound> {
  const file = await open(path);
  try {
    const { format, start, bytes } = await findSound(file, name);
    const frameBytes = format.channels * format.bytesPerSample;
    const frames = Math.floor(bytes / frameBytes);
    if (frames === 0) throw new TuttiError("bad-input", `${name} holds no sound.`);
    const seconds = frames / format.sampleRate;
    if (seconds > limits.seconds || bytes > limits.bytes) {
      throw new TuttiError(
        "bad-input",
        `${name} is too long (${Math.round(seconds)} s, ${Math.round(bytes / 1e6)} MB); send at most ${limits.seconds} s and ${Math.round(limits.bytes / 1e6)} MB.`,
      );
    }
    return { sampleRate: format.sampleRate, samples: await readSamples(file, start, frames, format) };
  } finally {
    await file.close();
  }
}

/** Walks the chunks up to the sound; those between (tags, cue points) may be of any size. */
async function findSound(file: FileHandle, name: string) {
  const { size } = await file.stat();
  const head = await readAt(file, 0, 12);
  if (head.length < 12 || head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "WAVE") {
    throw new TuttiError("bad-input", `${name} is no WAV file; speech recognition here reads WAV (PCM) only.`);
  }
  let format: Format | undefined;
  for (let position = 12; position + 8 <= size;) {
    const chunk = await readAt(file, position, 8);
    const kind = chunk.toString("latin1", 0, 4);
    const start = position + 8;
    // A recorder that was cut off, or streams, leaves a wrong size: the end of the file counts.
    const bytes = Math.min(chunk.readUInt32LE(4), size - start);
    if (kind === "fmt ") format = parseFormat(await readAt(file, start, Math.min(bytes, 40)), name);
    if (kind === "data") {
      if (format === undefined) break;
      return { format, start, bytes };
    }
    position = start + bytes + (bytes % 2);
  }
  throw new TuttiError("bad-input", `${name} holds no sound: it is cut off or damaged.`);
}

function parseFormat(chunk: Buffer, name: string): Format {
  if (chunk.length < 16) throw new TuttiError("bad-input", `${name} is damaged: its format is cut off.`);
  const declared = chunk.readUInt16LE(0);
  const code = declared === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : declared;
  const format = {
    channels: chunk.readUInt16LE(2),
    sampleRate: chunk.readUInt32LE(4),
    bytesPerSample: chunk.readUInt16LE(14) / 8,
    float: code === FLOAT,
  };
  const widths = format.float ? [4, 8] : [1, 2, 3, 4];
  if ((code !== PCM && code !== FLOAT) || !widths.includes(format.bytesPerSample)) {
    throw new TuttiError("bad-input", `${name} is a compressed WAV (format ${code}); send linear PCM.`);
  }
  if (format.channels < 1 || format.channels > 64 || format.sampleRate < 4000 || format.sampleRate > 384_000) {
    throw new TuttiError(
      "bad-input",
      `${name} claims ${format.channels} channels at ${format.sampleRate} Hz; 1 to 64 at 4,000 to 384,000 can be read.`,
    );
  }
  return format;
}

async function readSamples(file: FileHandle, start: number, frames: number, format: Format): Promise<Float32Array> {
  const { channels, bytesPerSample } = format;
  const frameBytes = channels * bytesPerSample;
  const framesPerBlock = Math.max(1, Math.floor(BLOCK_BYTES / frameBytes));
  const samples = new Float32Array(frames);
  for (let first = 0; first < frames; first += framesPerBlock) {
    const count = Math.min(framesPerBlock, frames - first);
    const block = await readAt(file, start + first * frameBytes, count * frameBytes);
    for (let frame = 0; frame < count; frame += 1) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel += 1) {
        sum += sampleAt(block, frame * frameBytes + channel * bytesPerSample, format);
      }
      samples[first + frame] = sum / channels;
    }
  }
  return samples;
}

function sampleAt(block: Buffer, offset: number, { bytesPerSample, float }: Format): number {
  if (float) {
    const value = bytesPerSample === 4 ? block.readFloatLE(offset) : block.readDoubleLE(offset);
    return Number.isFinite(value) ? Math.min(1, Math.max(-1, value)) : 0;
  }
  // The only width that is unsigned.
  if (bytesPerSample === 1) return (block.readUInt8(offset) - 128) / 128;
  return block.readIntLE(offset, bytesPerSample) / 2 ** (bytesPerSample * 8 - 1);
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
