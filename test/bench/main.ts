/** `npm run bench`: measures Tutti next to others, prints tables, and writes what was measured as JSON. */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { paintFor } from "../../src/cli/paint.ts";
import type { Report, Suite } from "./measurement.ts";
import { summarise } from "./statistics.ts";
import { isMet, renderReport } from "./table.ts";

/** Imported only when measured: what one suite loads should not weigh on another. */
const suites: Readonly<Record<string, () => Promise<Suite>>> = {
  makespan: async () => (await import("./makespan.ts")).makespanSuite,
  overhead: async () => (await import("./makespan.ts")).overheadSuite,
  throughput: async () => (await import("./throughput.ts")).throughputSuite,
  batching: async () => (await import("./batching.ts")).batchingSuite,
  memory: async () => (await import("./memory.ts")).memorySuite,
  "card-index": async () => (await import("./card-index.ts")).cardIndexSuite,
};
const names = Object.keys(suites);
const DEFAULT_OUT = "bench-results.json";

async function help(): Promise<string> {
  const all = await Promise.all(names.map((name) => suiteNamed(name)));
  return [
    "Usage: npm run bench -- [--only NAME,...] [--quick] [--out FILE]",
    "",
    ...all.map(({ name, does }) => `  ${name.padEnd(12)} ${does}`),
    "",
    `  --only NAME,...  measure only these`,
    `  --quick          fewer rounds: under a minute, and less certain`,
    `  --out FILE       where the JSON goes [${DEFAULT_OUT}]`,
    "",
    "Needs redis-server on the PATH. Medians, with the least and the largest of all rounds in brackets. A target that",
    "is missed is marked, and is no fault: the exit code is 0.",
  ].join("\n");
}

async function suiteNamed(name: string): Promise<Suite> {
  const load = Object.hasOwn(suites, name) ? suites[name] : undefined;
  if (load) return load();
  console.error(`There is no ${name}; there are ${names.join(", ")}.`);
  process.exit(2);
}

function sayProgress(name: string): (what: string) => void {
  if (!process.stderr.isTTY) return () => {};
  return (what) => void process.stderr.write(`\r\u001B[2K${name}: ${what}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: "boolean", short: "h" },
      only: { type: "string", default: names.join(",") },
      quick: { type: "boolean", default: false },
      out: { type: "string", default: DEFAULT_OUT },
    },
  });
  if (values.help) {
    console.log(await help());
    return;
  }
  const wanted = await Promise.all(values.only.split(",").map((name) => suiteNamed(name.trim())));
  const started = performance.now();
  const paint = paintFor(process.stdout);
  const reports: Report[] = [];
  for (const { name, run } of wanted) {
    const found = await run({ quick: values.quick, progress: sayProgress(name) });
    if (process.stderr.isTTY) process.stderr.write("\r\u001B[2K");
    for (const report of found) console.log(`${renderReport(report, paint)}\n`);
    reports.push(...found);
  }
  await writeFile(
    values.out,
    `${JSON.stringify({ machine: machine(), reports: reports.map(toJson) }, undefined, 2)}\n`,
  );
  console.log(paint.dim(`${Math.round((performance.now() - started) / 1000)} s; written to ${values.out}`));
}

function machine() {
  return {
    at: new Date().toISOString(),
    node: process.version,
    redis: /v=(\S+)/.exec(execFileSync("redis-server", ["--version"], { encoding: "utf8" }))?.[1],
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
  };
}

function toJson({ name, title, notes, measurements }: Report) {
  const cells = measurements.map((measurement) => {
    return { ...measurement, ...summarise(measurement.samples), met: isMet(measurement) };
  });
  return { name, title, notes, measurements: cells };
}

await main();
