/** Whether a few experts are found quickly among 100 000, and whether they are the right ones. */
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { CardIndex, type CardRequest } from "../../src/registry/card-index.ts";
import { embeddedText, type IndexedCard } from "../../src/registry/index/card-text.ts";
import { packVector } from "../../src/registry/index/packed-vector.ts";
import { VectorFile } from "../../src/registry/index/vector-file.ts";
import { loadSentenceEncoder } from "../../tools/builtin/text/sentence-encoder.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";
import { generateCards, randomFrom, readRealCards, requestFor, type GeneratedCard } from "./generated-cards.ts";
import { atLeast, atMost, type Measurement, type Report, type Suite } from "./measurement.ts";
import { percentile } from "./statistics.ts";

const LIST = fileURLToPath(new URL("../../../shared/data/registry/hugging-face-models-2023.jsonl", import.meta.url));
const MIB = 2 ** 20;
const SPACE = { space: "bench", dimensions: 512 };
/** How alike a request is to the card that it was made from; for the built-in encoder, 0.2 to 0.6 to the best card. */
const LIKENESS = 0.6;
/** Of the best, how many must be among what is found. */
const FIRST = 10;
/** Cards after which vectors are written down. */
const CHUNK = 5000;
/** One of so many is asked for. */
const PROBED = 50;

type Request = Required<Pick<CardRequest, "text" | "vector">> & Pick<CardRequest, "task">;

export const cardIndexSuite: Suite = {
  name: "card-index",
  does: "finding the few experts that a request may mean, among 100 000",
  async run({ quick, progress }) {
    const title = `Shortlist of experts, among ${quick ? "10 000" : "100 000"} generated from 673 real ones`;
    if (!existsSync(LIST)) {
      return [{ name: "card-index", title, notes: [`Not measured: ${LIST} is not there.`], measurements: [] }];
    }
    const real = await readRealCards(LIST);
    const size = quick ? 10_000 : 100_000;
    const worst = await measure(real, { size, row: "all of one task", oneTask: true, progress });
    const usual = await measure(real, {
      size,
      row: `of ${new Set(real.map(({ task }) => task)).size} tasks`,
      oneTask: false,
      progress,
    });
    progress("the encoder's rate");
    const report: Report = {
      name: "card-index",
      title,
      notes: [
        "A request is eight words of a card and a vector that is alike to the card's by 0.6; to embed it is not counted. Whatever else the machine does lengthens the slowest. Recall is the share of the exact first ten that are among the first ten. Vectors are drawn with the spread of the built-in encoder's (see generated-cards.ts).",
        `To embed 100 000 cards with the built-in encoder takes ${await hoursToEmbed(real, quick ? 16 : 64)} hours here: hence the file.`,
      ],
      measurements: [...worst, ...usual],
    };
    return [report];
  },
};

interface Setting {
  readonly size: number;
  readonly row: string;
  readonly oneTask: boolean;
  readonly progress: (what: string) => void;
}

async function measure(real: readonly IndexedCard[], setting: Setting): Promise<Measurement[]> {
  const { row, oneTask, progress } = setting;
  const { folder, remove } = await temporaryFolder();
  const path = join(folder, "vectors");
  const { index, cards, probes, putMs, bytes } = await build(real, path, setting);

  progress(`${row}: reading the file`);
  const started = performance.now();
  const file = await VectorFile.open(path, SPACE);
  const readMs = performance.now() - started;
  const exact = new CardIndex({ vectors: Number.POSITIVE_INFINITY, postings: Number.POSITIVE_INFINITY });
  for (const card of cards) exact.put(card, file.get(embeddedText(card)));
  const fileBytes = (await stat(path)).size;
  await remove();

  progress(`${row}: requests`);
  const random = randomFrom(8);
  const requests = Array.from({ length: 1000 }, () => {
    const probe = probes[Math.floor(random() * probes.length)];
    if (!probe) throw new Error("no card");
    return { ...requestFor(probe, LIKENESS, random), task: probe.card.task };
  });
  const ofAny = requests.map(({ text, vector }) => ({ text, vector }));
  const one = (column: string, unit: Measurement["unit"], sample: number): Measurement => {
    return { row, column, unit, samples: [sample] };
  };
  return [
    ...timed(index, exact, requests, row, "task known"),
    ...(oneTask ? [] : timed(index, exact, ofAny, row, "any task")),
    one(
      "all put",
      "ms",
      putMs.reduce((sum, ms) => sum + ms, 0),
    ),
    one("a put, p99", "ms", percentile(putMs, 99)),
    one("memory", "MiB", bytes / MIB),
    one("file", "MiB", fileBytes / MIB),
    one("file read", "ms", readMs),
  ];
}

interface Built {
  readonly index: CardIndex;
  readonly cards: readonly IndexedCard[];
  /** Some of them, with their vectors. */
  readonly probes: readonly GeneratedCard[];
  readonly putMs: readonly number[];
  /** That the index and its cards take. */
  readonly bytes: number;
}

async function build(real: readonly IndexedCard[], path: string, setting: Setting): Promise<Built> {
  const { size, row, oneTask, progress } = setting;
  const before = await memory();
  const index = new CardIndex();
  const file = await VectorFile.open(path, SPACE);
  const cards: IndexedCard[] = [];
  const probes: GeneratedCard[] = [];
  const putMs: number[] = [];
  for (const { card: generated, vector: exactly } of generateCards(real, size, randomFrom(7))) {
    const card = oneTask ? { ...generated, task: "text-generation" } : generated;
    const vector = packVector(exactly);
    if (!vector) throw new Error("a vector stands for nothing");
    const start = performance.now();
    index.put(card, vector);
    putMs.push(performance.now() - start);
    file.put(embeddedText(card), vector);
    if (cards.push(card) % PROBED === 0) probes.push({ card, vector: exactly });
    if (cards.length % CHUNK !== 0) continue;
    progress(`${row}: ${cards.length} of ${size}`);
    await file.flush();
  }
  await file.flush();
  await file.release(cards.map(embeddedText));
  return { index, cards, probes, putMs, bytes: (await memory()) - before };
}

function timed(
  index: CardIndex,
  exact: CardIndex,
  requests: readonly Request[],
  row: string,
  column: string,
): Measurement[] {
  for (const request of requests.slice(0, 300)) index.shortlist(request);
  const times = requests.map((request) => {
    const start = performance.now();
    index.shortlist(request);
    return performance.now() - start;
  });
  const shares = requests.slice(0, 100).map((request) => {
    const wanted = exact.shortlist(request).slice(0, FIRST);
    const found = new Set(
      index
        .shortlist(request)
        .slice(0, FIRST)
        .map(({ id }) => id),
    );
    return wanted.filter(({ id }) => found.has(id)).length / wanted.length;
  });
  const recall = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return [
    { row, column: `${column}, p50`, unit: "ms", samples: [percentile(times, 50)] },
    { row, column: `${column}, p90`, unit: "ms", samples: [percentile(times, 90)] },
    { row, column: `${column}, p99`, unit: "ms", samples: [percentile(times, 99)], target: atMost(10) },
    { row, column: `${column}, recall`, unit: "ratio", samples: [recall], target: atLeast(0.9) },
  ];
}

/** Bytes in use, in the heap and beside it. */
async function memory(): Promise<number> {
  setFlagsFromString("--expose-gc");
  // What WebAssembly holds goes with the collection after the next.
  for (let round = 0; round < 3; round++) {
    runInNewContext("gc()");
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function hoursToEmbed(real: readonly IndexedCard[], count: number): Promise<string> {
  const encoder = await loadSentenceEncoder();
  const texts = real.slice(0, count).map(embeddedText);
  await encoder.embed(texts.slice(0, 2));
  const start = performance.now();
  await encoder.embed(texts);
  const perCard = (performance.now() - start) / count;
  return ((perCard * 100_000) / 3_600_000).toFixed(1);
}
