/** `npm run test:chaos`: the proof at full length, on the terminal. */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { removeFolder, runChaos, type Progress, type Report } from "./chaos.ts";
import { seededRandom } from "../bench/graphs.ts";
import { randomKinds } from "./kill-around.ts";
import { chaosFaults, MOST_EXTRA, shareOfExtra } from "./verdict.ts";

const HELP = `Usage: npm run test:chaos -- [options]

Sends random graphs to servers and workers on one Redis, kills all of them with SIGKILL again and again, and compares what
was recorded, and how often what was executed, with what has to be. Exits 1 where something was lost, applied twice, done
out of order, ended otherwise than it has to, or where more than ${MOST_EXTRA * 100} % were executed more often than needed.

  --runs N               graphs to run [500]
  --nodes N              nodes of each [30]
  --apis N               server processes [2]
  --workers N            worker processes [2]
  --seed N               of the graphs and of the schedule of kills [a random one, which is printed]
  --kill-every MS        one process is killed so often, on average [700]
  --seconds-of-killing S at most; the killing ends when all runs have [600]
  --redis-kills on|off   whether Redis is killed, too [on]
  --fsync always|everysec  how durable its writes are; with everysec a killed Redis may lose what it acknowledged [always]
  --takeover S           seconds after which the steps of a silent worker are given to others [2]
  --abandoned N          of the runs, accepted by a process that dies before it told anybody [10]
  --no-sweep             the control: nobody looks for what dead processes left undone. Exits 1 if nothing gets lost
  --keep                 keep logs and events in any case`;

const { values } = parseArgs({
  options: {
    help: { type: "boolean", short: "h", default: false },
    runs: { type: "string", default: "500" },
    nodes: { type: "string", default: "30" },
    apis: { type: "string", default: "2" },
    workers: { type: "string", default: "2" },
    seed: { type: "string", default: String(randomInt(2 ** 31)) },
    "kill-every": { type: "string", default: "700" },
    "seconds-of-killing": { type: "string", default: "600" },
    "redis-kills": { type: "string", default: "on" },
    fsync: { type: "string", default: "always" },
    takeover: { type: "string", default: "2" },
    abandoned: { type: "string", default: "10" },
    "no-sweep": { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});

process.exitCode = values.help ? help() : await main();

function help(): number {
  console.log(HELP);
  return 0;
}

async function main(): Promise<number> {
  const seed = Number(values.seed);
  const runs = Number(values.runs);
  const sweep = !values["no-sweep"];
  console.log(`seed ${seed}${sweep ? "" : ", without the sweep"}`);
  const report = await runChaos({
    seed,
    runs,
    nodes: Number(values.nodes),
    apis: Number(values.apis),
    workers: Number(values.workers),
    killEveryMs: Number(values["kill-every"]),
    secondsOfKilling: Number(values["seconds-of-killing"]),
    longestMs: 25,
    kinds: randomKinds(seededRandom(seed + 2), values["redis-kills"] === "on"),
    fsync: values.fsync === "everysec" ? "everysec" : "always",
    takeoverSeconds: Number(values.takeover),
    abandoned: Math.min(runs, Number(values.abandoned)),
    sweep,
    // Longer than the sweep takes to look at a run of which nothing is heard.
    patience: sweep ? 90 : 20,
    onProgress: (progress) => showProgress(progress, runs),
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  console.table(tableOf(report));
  const faults = chaosFaults(report, { sweep, long: true });
  for (const fault of faults.slice(0, 30)) console.log(fault);
  if (faults.length > 30) console.log(`... and ${faults.length - 30} more`);
  if (faults.length === 0 && !values.keep) await removeFolder(report.folder);
  else console.log(`logs and events: ${report.folder}`);
  console.log(
    faults.length > 0 ? `FAILED; again with --seed ${seed}` : sweep ? "held" : "lost something, as it has to",
  );
  return faults.length > 0 ? 1 : 0;
}

function showProgress({ seconds, accepted, ended, kills }: Progress, runs: number): void {
  const dead = Object.entries(kills).map(([kind, count]) => `${count} ${kind}`);
  const line = `${Math.round(seconds)} s: ${accepted} of ${runs} accepted, ${ended} ended; killed ${dead.join(", ")}`;
  // One line that changes on a terminal, now and then one elsewhere.
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}`);
  else if (Math.round(seconds) % 10 < 2) process.stderr.write(`${line}\n`);
}

function tableOf(report: Report): Record<string, number | string> {
  const { kills, executions, lost, twice, order, ended, doubled, deaths } = report;
  return {
    "runs accepted": report.accepted,
    "servers killed": kills.api,
    "workers killed": kills.worker,
    "Redis killed": kills.redis,
    lost: lost.length,
    "applied twice": twice.length,
    "order violations": order.length,
    "ended otherwise": ended.length,
    "made twice": doubled.length,
    "ended by themselves": deaths.length,
    "executions needed": executions.needed,
    "extra executions": `${executions.extra} (${(shareOfExtra(executions) * 100).toFixed(2)} %)`,
    "impossible executions": executions.impossible.length,
    "seconds of recovery": Math.round(report.secondsOfRecovery * 10) / 10,
    "seconds in all": Math.round(report.secondsInAll),
  };
}
