/** Puts what was measured in a picture into one sentence. Says nothing that was not measured. */
import type { Detection } from "../../../src/run/value.ts";
import type { ColourSummary } from "./colours.ts";
import { area } from "./geometry.ts";
import { joinWords, numberWord, plural, withArticle } from "./nouns.ts";
import type { Size } from "./views.ts";

export interface Seen {
  readonly size: Size;
  readonly objects: readonly Detection[];
  /** How many faces of people. */
  readonly faces: number;
  readonly colours: ColourSummary;
  /** What could be read with certainty; empty where nothing could. */
  readonly text: string;
}

/** Shares of the picture that a thing covers. */
const FILLS = 0.55;
const SMALL = 0.03;
/** CIELAB lightness. */
const DARK = 30;
const MOST_KINDS = 4;
/** In a crowd some are missed, so that a count is only a lower bound. */
const EXACT = 4;
const LONGEST_QUOTE = 90;

export function composeCaption(seen: Seen): string {
  const quote = quoteOf(seen.text);
  const tones = describeTones(seen.colours);
  const picture = `a ${seen.colours.meanLightness < DARK ? "dark " : ""}picture`;
  const parts =
    seen.objects.length > 0
      ? [describeObjects(seen), tones, quote === "" ? "" : `with the text ${quote}`]
      : quote === ""
        ? [`${picture} ${tones}`, "with nothing in it that was recognised for certain"]
        : [`${picture} of a text that ${endsWithin(seen.text) ? "reads" : "begins"} ${quote}`, tones];
  const sentence = parts.filter((part) => part !== "").join(", ");
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

function describeObjects({ objects, faces, size }: Seen): string {
  const kinds = Map.groupBy(objects, ({ label }) => label);
  // Each face is a person's, also where the person was not found as such.
  const people = Math.max(kinds.get("person")?.length ?? 0, kinds.has("person") ? faces : 0);
  const looks = describeFaces(faces, people);
  const [first] = objects;
  if (first !== undefined && objects.length === 1 && people <= 1) return describeOne(first, size, looks);
  const named = [...kinds]
    .toSorted(([, a], [, b]) => totalArea(b) - totalArea(a))
    .slice(0, MOST_KINDS)
    .map(([label, { length }]) => countOf(label, label === "person" ? people : length));
  const list = joinWords(kinds.size > MOST_KINDS ? [...named, "more"] : named);
  return looks === "" ? list : `${list}, ${looks}`;
}

function countOf(label: string, count: number): string {
  if (count === 1) return withArticle(label);
  return `${count > EXACT ? "at least " : ""}${numberWord(count)} ${plural(label)}`;
}

function describeOne({ label, box }: Detection, { width, height }: Size, looks: string): string {
  const share = area(box) / (width * height);
  const thing = looks === "" ? withArticle(label) : `${withArticle(label)} ${looks}`;
  if (share >= FILLS) return label === "person" ? `${thing}, filling most of the picture` : `a close-up of ${thing}`;
  const centre = (box.xmin + box.xmax) / 2 / width;
  const where = centre < 0.36 ? "on the left" : centre > 0.64 ? "on the right" : "in the middle";
  return `${share < SMALL ? thing.replace(/^an? /, "a small ") : thing} ${where} of the picture`;
}

function describeFaces(faces: number, people: number): string {
  if (faces === 0 || people === 0) return "";
  if (people === 1) return "with the face visible";
  return faces === 1 ? "one face visible" : `${numberWord(faces)} faces visible`;
}

function describeTones({ main, monochrome }: ColourSummary): string {
  if (monochrome) return "in black and white";
  const tones = main.length === 0 ? "many colours" : `mostly ${joinWords(main)} tones`;
  return `in ${tones}`;
}

function endsWithin(text: string): boolean {
  return oneLine(text).length <= LONGEST_QUOTE;
}

/** Cut at a word; quotes inside are made single, so that the quotation ends where it ends. */
function quoteOf(text: string): string {
  const line = oneLine(text);
  if (line === "") return "";
  if (endsWithin(text)) return `“${line}”`;
  return `“${line.slice(0, LONGEST_QUOTE).replace(/\s+\S*$/, "")} …”`;
}

function oneLine(text: string): string {
  return text.replace(/[“”"]/g, "'").replace(/\s+/g, " ").trim();
}

function totalArea(objects: readonly Detection[]): number {
  return objects.reduce((sum, { box }) => sum + area(box), 0);
}
