/** Small files to try experts with. */
import type { AssetType } from "../run/value.ts";

export interface SampleFile {
  readonly bytes: Uint8Array;
  readonly name: string;
}

/** A picture, a recording or a text; undefined for what can't be made up here. */
export async function sampleFile(type: AssetType | "mask"): Promise<SampleFile | undefined> {
  switch (type) {
    case "image":
      return { bytes: await drawPicture(), name: "sample.png" };
    case "mask":
      return { bytes: await drawMask(), name: "mask.png" };
    case "audio":
      return { bytes: beep(), name: "sample.wav" };
    case "document":
      return { bytes: Buffer.from("Invoice 1042\nHarbour tour for five\nTotal: 42.00 EUR\n"), name: "sample.txt" };
    case "video":
      return undefined;
  }
}

const SCENE = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240">
<rect width="320" height="240" fill="#eee"/><circle cx="90" cy="90" r="50" fill="#c22"/>
<rect x="180" y="50" width="90" height="90" fill="#22c"/>
<text x="40" y="210" font-family="sans-serif" font-size="36">Total 42.00</text></svg>`;

async function drawPicture(): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  return sharp(Buffer.from(SCENE)).png().toBuffer();
}

async function drawMask(): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"><rect width="320" height="240"/><circle cx="90" cy="90" r="50" fill="#fff"/></svg>`;
  return sharp(Buffer.from(svg)).greyscale().png().toBuffer();
}

const RATE = 16_000;
const SECONDS = 1;

/** A WAV file (PCM, 16 bit, one channel) of a tone that swells and fades. */
function beep(): Uint8Array {
  const count = RATE * SECONDS;
  const wav = Buffer.alloc(44 + 2 * count);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(36 + 2 * count, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(RATE, 24);
  wav.writeUInt32LE(2 * RATE, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(2 * count, 40);
  for (let index = 0; index < count; index += 1) {
    const loudness = Math.sin((Math.PI * index) / count);
    wav.writeInt16LE(Math.round(9000 * loudness * Math.sin((2 * Math.PI * 440 * index) / RATE)), 44 + 2 * index);
  }
  return wav;
}
