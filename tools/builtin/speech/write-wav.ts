/** Writing WAV files: linear PCM, 16 bits, one channel. */
import { writeFile } from "node:fs/promises";

const HEADER_BYTES = 44;

export async function writeWav(path: string, samples: Int16Array, sampleRate: number): Promise<void> {
  const body = pcmBytes(samples);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(HEADER_BYTES - 8 + body.length, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(body.length, 40);
  await writeFile(path, Buffer.concat([header, body]));
}

/** Little-endian bytes of 16-bit samples, whatever the machine's own order. */
export function pcmBytes(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  for (const [index, sample] of samples.entries()) bytes.writeInt16LE(sample, index * 2);
  return bytes;
}

/** Samples of -1 to 1 as 16-bit numbers. */
export function toInt16(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) => Math.min(32_767, Math.max(-32_768, Math.round(sample * 32_768))));
}
