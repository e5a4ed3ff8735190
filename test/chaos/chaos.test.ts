/**
 * Does every accepted run end as it has to, while the processes that work on it are killed? In short; `npm run test:chaos`
 * is the long form, which also counts what is executed more often than needed. And would a loss be seen at all?
 */
import { randomInt } from "node:crypto";
import { expect, it } from "vitest";
import { until } from "../fakes/scripted-experts.ts";
import { verifies } from "../e2e/requirements.ts";
import { whereRedisIs } from "../fakes/redis-server.ts";
import { removeFolder, runChaos, type ChaosOptions, type Report } from "./chaos.ts";
import { chaosFaults } from "./verdict.ts";

const LIMIT_MS = 150_000;

const small: Omit<ChaosOptions, "seed"> = {
  runs: 12,
  abandoned: 2,
  nodes: 30,
  longestMs: 60,
  apis: 1,
  workers: 2,
  takeoverSeconds: 2,
  fsync: "always",
  sweep: true,
  killEveryMs: 700,
  secondsOfKilling: 60,
  kinds: ["worker", "api", "redis", "worker", "api", "worker"],
  patience: 60,
};

await whereRedisIs("chaos", () => {
  it(verifies("cluster:chaos"), { timeout: LIMIT_MS }, async () => {
    const report = await chaos(small);
    expect(chaosFaults(report, { sweep: true, long: false })).toEqual([]);
    expect(report.accepted).toBe(small.runs);
    expect(Object.values(report.kills).reduce((sum, count) => sum + count)).toBeGreaterThan(2);
    // Those of killed workers, too: whoever is killed takes the processes of its experts along.
    await until(() => !report.hosts.some(isAlive));
  });

  it("without the sweep, what a dead server accepted is lost, and that is seen", { timeout: LIMIT_MS }, async () => {
    const report = await chaos({ ...small, runs: 4, abandoned: 2, kinds: [], sweep: false, patience: 4 });
    expect(report.lost).toHaveLength(2);
    expect(chaosFaults(report, { sweep: false, long: false })).toEqual([]);
    expect(chaosFaults(report, { sweep: true, long: false })).toEqual(report.lost);
  });
});

async function chaos(options: Omit<ChaosOptions, "seed">): Promise<Report> {
  const seed = randomInt(2 ** 31);
  console.log(`seed ${seed}`);
  const report = await runChaos({ ...options, seed });
  await removeFolder(report.folder);
  return report;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
