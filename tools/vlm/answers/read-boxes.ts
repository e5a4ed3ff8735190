/**
 * Boxes in an answer, in the forms in which vision-language models write them: JSON with `box`, `bbox`, `bbox_2d`
 * (Qwen2.5-VL) or `box_2d` (Gemini, Gemma 3: top first); `<loc0001>` four times before the label, top first, of 1024
 * (PaliGemma) or `<loc_1>` four times after it, of 1000 (Florence-2); `<|box_start|>(x,y),(x,y)<|box_end|>` (Qwen2-VL).
 */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import type { Detection } from "../../../src/run/value.ts";
import { quoted } from "./read-yes-no.ts";

export interface BoxScale {
  /** What 1 means in the model's JSON: a thousandth of the picture's sides, or a pixel of the picture that it was sent. */
  readonly unit: "thousandths" | "pixels";
  /** Pixels. */
  readonly sent: { readonly width: number; readonly height: number };
  readonly original: { readonly width: number; readonly height: number };
}

/** Left, top, right, bottom as fractions of the picture's sides. */
type Corners = readonly [left: number, top: number, right: number, bottom: number];

interface Found {
  readonly label: string;
  readonly corners: Corners;
}

/** Models say nothing of how sure they are. */
const SCORE = 1;
const EMPTY = /^(?:none|nothing|no\b.*|\[\s*\])\.?$/i;

/**
 * In pixels of the original picture, cut to its edges.
 * @throws TuttiError `expert-failed` where the answer holds no box and does not say that there is none
 */
export function readBoxes(answer: string, scale: BoxScale): Detection[] {
  const bare = answer.replace(/^\s*```(?:json)?|```\s*$/g, "").trim();
  if (EMPTY.test(bare)) return [];
  const found = [byFlorence, byPaliGemma, byQwen, byJson]
    .map((read) => read(bare, scale))
    .find((boxes) => boxes.length);
  if (!found) {
    throw new TuttiError("expert-failed", `The model was to answer with boxes, and answered ${quoted(answer)}.`);
  }
  return found.flatMap(({ label, corners }) => detection(label, corners, scale) ?? []);
}

function detection(label: string, corners: Corners, { original }: BoxScale): Detection | undefined {
  const [left, top, right, bottom] = corners.map((value) => Math.min(1, Math.max(0, value)));
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) return undefined;
  const box = {
    xmin: round(Math.min(left, right) * original.width),
    ymin: round(Math.min(top, bottom) * original.height),
    xmax: round(Math.max(left, right) * original.width),
    ymax: round(Math.max(top, bottom) * original.height),
  };
  return box.xmax > box.xmin && box.ymax > box.ymin ? { label, score: SCORE, box } : undefined;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function byFlorence(answer: string): Found[] {
  const all = answer.matchAll(/([^<>]*)<loc_(\d+)><loc_(\d+)><loc_(\d+)><loc_(\d+)>/g);
  let last = "";
  return [...all].map(([, label = "", ...numbers]) => {
    last = label.trim() || last;
    return { label: last, corners: cornersOf(numbers.map(Number), 1000) };
  });
}

function byPaliGemma(answer: string): Found[] {
  const all = answer.matchAll(/<loc(\d{4})><loc(\d{4})><loc(\d{4})><loc(\d{4})>([^<;]*)/g);
  return [...all].map(([, top, left, bottom, right, label = ""]) => ({
    label: label.trim(),
    corners: cornersOf([left, top, right, bottom].map(Number), 1024),
  }));
}

function byQwen(answer: string): Found[] {
  const pair = String.raw`\((\d+),\s*(\d+)\)`;
  const whole = String.raw`(?:<\|object_ref_start\|>)?([^<>()]*)(?:<\|object_ref_end\|>)?<\|box_start\|>${pair},\s*${pair}<\|box_end\|>`;
  let last = "";
  return [...answer.matchAll(new RegExp(whole, "g"))].map(([, label = "", ...numbers]) => {
    last = label.trim() || last;
    return { label: last, corners: cornersOf(numbers.map(Number), 1000) };
  });
}

const numbers = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const entrySchema = z.object({
  label: z.string().optional(),
  name: z.string().optional(),
  box: numbers.optional(),
  bbox: numbers.optional(),
  bbox_2d: numbers.optional(),
  box_2d: numbers.optional(),
});

function byJson(answer: string, { unit, sent }: BoxScale): Found[] {
  const parsed = z.array(z.unknown()).safeParse(jsonIn(answer));
  const [across, down] = unit === "pixels" ? [sent.width, sent.height] : [1000, 1000];
  return (parsed.data ?? []).flatMap((item) => {
    const { data } = entrySchema.safeParse(item);
    const label = (data?.label ?? data?.name ?? "").trim();
    const given = data?.box ?? data?.bbox ?? data?.bbox_2d;
    if (given) return [{ label, corners: cornersOf(given, across, down) }];
    const [top, left, bottom, right] = data?.box_2d ?? [];
    return top === undefined ? [] : [{ label, corners: cornersOf([left, top, right, bottom].map(Number), 1000) }];
  });
}

/** The list in the text; of one that was cut off, what is whole. A single object counts as a list of one. */
function jsonIn(answer: string): unknown {
  const start = answer.search(/[[{]/);
  if (start === -1) return undefined;
  const text = answer.slice(start);
  const ends = [...text.matchAll(/[\]}]/g)].map(({ index }) => index + 1).toReversed();
  for (const end of ends.slice(0, 3)) {
    for (const close of ["", "]"]) {
      try {
        const value: unknown = JSON.parse(text.slice(0, end) + close);
        return Array.isArray(value) ? value : [value];
      } catch {
        // Perhaps the next one.
      }
    }
  }
  return undefined;
}

function cornersOf(given: readonly number[], across: number, down = across): Corners {
  const [left = 0, top = 0, right = 0, bottom = 0] = given;
  return [left / across, top / down, right / across, bottom / down];
}
