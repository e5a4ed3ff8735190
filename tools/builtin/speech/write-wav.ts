/** Writing WAV files: linear PCM, 16 bits, one channel. */
import { open } from "node:fs/promises";

const HEADER_BYTES = 44;

export interface WavWriter {
  append(samples: Int16Array): Promise<void>;
  /** Writes the header, which names the length, and closes the file. */
  close(): Promise<void>;
}

/** A WAV file that grows, so that long sound need not be held in memory. */
export async function createWav(path: string, sampleRate: number): Promise<WavWriter> {
  const file = await open(path, "w");
  let bytes = 0;
  return {
    append: async (samples) => {
      const block = pcmBytes(samples);
      await file.write(block, 0, block.length, HEADER_BYTES + bytes);
      bytes += block.length;
    },
    close: async () => {
      await file.write(wavHeader(bytes, sampleRate), 0, HEADER_BYTES, 0);
      await file.close();
    },
  };
}

function wavHeader(bytes: number, sampleRate: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(HEADER_BYTES - 8 + bytes, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(bytes, 40);
  return header;
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
