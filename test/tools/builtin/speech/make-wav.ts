/** WAV files for tests, in the formats that people have. */
export interface WavShape {
  readonly channels?: number;
  readonly sampleRate?: number;
  readonly bits?: 8 | 16 | 24 | 32;
  readonly float?: boolean;
  readonly extensible?: boolean;
  /** A chunk of this many bytes before the sound. */
  readonly tags?: number;
}

/** The samples, -1 to 1, the same in every channel. */
export function makeWav(
  samples: readonly number[],
  { channels = 1, sampleRate = 16_000, bits = 16, float = false, extensible = false, tags = 0 }: WavShape = {},
): Buffer {
  const format = Buffer.alloc(extensible ? 40 : 16);
  const code = float ? 3 : 1;
  format.writeUInt16LE(extensible ? 0xfffe : code, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(sampleRate, 4);
  format.writeUInt32LE((sampleRate * channels * bits) / 8, 8);
  format.writeUInt16LE((channels * bits) / 8, 12);
  format.writeUInt16LE(bits, 14);
  if (extensible) format.writeUInt16LE(code, 24);
  const body = Buffer.concat(
    samples.flatMap((value) => Array.from({ length: channels }, () => encode(value, bits, float))),
  );
  const chunks = [chunk("fmt ", format), ...(tags > 0 ? [chunk("LIST", Buffer.alloc(tags))] : []), chunk("data", body)];
  const size = Buffer.alloc(4);
  const content = Buffer.concat([Buffer.from("WAVE"), ...chunks]);
  size.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from("RIFF"), size, content]);
}

export function sine(hertz: number, sampleRate: number, seconds: number, loudness = 0.5): number[] {
  return Array.from(
    { length: Math.round(sampleRate * seconds) },
    (_, index) => loudness * Math.sin((2 * Math.PI * hertz * index) / sampleRate),
  );
}

function chunk(kind: string, content: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from(kind), size, content, Buffer.alloc(content.length % 2)]);
}

function encode(value: number, bits: number, float: boolean): Buffer {
  const bytes = Buffer.alloc(bits / 8);
  if (float) bytes.writeFloatLE(value);
  else if (bits === 8) bytes.writeUInt8(Math.round(value * 127) + 128);
  else bytes.writeIntLE(Math.round(value * (2 ** (bits - 1) - 1)), 0, bits / 8);
  return bytes;
}
