/** Draws a line of text as SVG, in glyphs of our own as far as they go. */
import { labelGlyphs } from "./label-glyphs.ts";

export interface DrawnText {
  /** Pixels. */
  readonly width: number;
  /** SVG whose baseline starts at 0, 0. */
  readonly svg: string;
}

/** Width of a character that we have no glyph of, in em: a guess, on the wide side. */
const UNKNOWN_WIDTH = 0.8;

/** @param size pixels per em */
export function drawText(text: string, size: number): DrawnText {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "");
  let advance = 0;
  let path = "";
  for (const character of plain) {
    const glyph = labelGlyphs[character];
    if (glyph === undefined) return drawWithSystemFont(text, size);
    const [width = "0", ...outline] = glyph.split(" ");
    if (outline.length > 0) path += `<path transform="translate(${advance} 0)" d="${outline.join(" ")}"/>`;
    advance += Number(width);
  }
  return { width: (advance * size) / 100, svg: `<g transform="scale(${size / 100})">${path}</g>` };
}

function drawWithSystemFont(text: string, size: number): DrawnText {
  const width = text.length * UNKNOWN_WIDTH * size;
  return {
    width,
    svg: `<text font-size="${size}" font-weight="bold" font-family="sans-serif">${escapeXml(text)}</text>`,
  };
}

function escapeXml(text: string): string {
  return text
    .replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
