/** Does the demonstration show what it says: a worker is killed in the middle of real work, and nothing is lost? */
import { once } from "node:events";
import { expect, it } from "vitest";
import { whereRedisIs } from "../fakes/redis-server.ts";
import { verifies } from "./requirements.ts";
import { removeFolder, spawnTutti, temporaryFolder } from "./server.ts";

await whereRedisIs("the demonstration of a cluster", () => {
  it(verifies("cluster:demo"), { timeout: 180_000 }, async () => {
    const folder = await temporaryFolder();
    const { child, output } = spawnTutti(["demo-cluster", "--runs", "2"], { TUTTI_DATA: folder });
    const [code] = await once(child, "close");
    const shown = output();
    expect(code, shown).toBe(0);
    expect(shown).toMatch(/☠ worker-\d \(pid \d+\) was killed while it did run \d t\d/);
    expect(shown).toMatch(/⇄ run \d t\d taken over from worker-\d by worker-\d/);
    expect(shown).toMatch(/builtin\/\S+ +[\d.]+ s +worker-\d/);
    expect(shown).toContain("2 of 2 ended: 2 succeeded");
    await removeFolder(folder);
  });
});
