/** A sceptic would say: a process that dies in the middle of a write tears a commit, or takes acknowledged ones along. */
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openSqliteRunStore } from "../../../src/adapters/sqlite/run-store.ts";
import { startChild } from "../../fakes/child.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";

const ROUNDS = 6;

interface Acknowledged {
  /** The revision before each commit, and the one after it. */
  readonly commits: Map<number, number>;
  /** The revisions before the commits whose outbox entry was removed. */
  readonly removed: Set<number>;
}

/** Lets a process commit for so many milliseconds, kills it, and gathers what it had acknowledged. */
async function commitAndKill(file: string, milliseconds: number, { commits, removed }: Acknowledged): Promise<void> {
  const child = startChild("commit-until-killed.ts", file);
  let line = await child.lines.next();
  setTimeout(() => child.process.kill("SIGKILL"), milliseconds);
  for (; !line.done; line = await child.lines.next()) {
    const [step, before, after] = line.value.split(" ");
    if (step === "committed") commits.set(Number(before), Number(after));
    else removed.add(Number(before));
  }
  expect((await child.ended).signal).toBe("SIGKILL");
}

describe("a store whose process is killed with SIGKILL while it writes", () => {
  it("has every acknowledged commit whole, no gap, and an outbox that matches", { timeout: 60_000 }, async () => {
    const { folder, remove } = await temporaryFolder();
    const file = path.join(folder, "runs.db");
    const acknowledged: Acknowledged = { commits: new Map(), removed: new Set() };
    for (let round = 0; round < ROUNDS; round++) {
      await commitAndKill(file, 5 + 37 * round, acknowledged);
      const store = openSqliteRunStore({ file });
      const seqs = (await store.read("r")).map(({ seq }) => seq);
      const outbox = new Set(
        (await store.outbox(Number.MAX_SAFE_INTEGER, -1)).map(({ nodeId }) => Number(nodeId.slice(1))),
      );
      await store.close();

      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
      // Walks the commits as the process makes them: had one been torn, the walk would miss the last event.
      const commits = new Map<number, number>();
      let revision = 1;
      while (revision < seqs.length) {
        const before = revision;
        revision += (before % 5) + 1;
        commits.set(before, revision);
      }
      expect(revision).toBe(seqs.length);
      for (const [before, after] of acknowledged.commits) expect(commits.get(before)).toBe(after);
      expect([...acknowledged.removed].filter((before) => outbox.has(before))).toEqual([]);
      // Where n is a multiple of three, the removal may have been made without the news of it coming through.
      expect([...commits.keys()].filter((before) => before % 3 > 0 && !outbox.has(before))).toEqual([]);
      expect([...outbox].filter((before) => !commits.has(before))).toEqual([]);
    }
    expect(acknowledged.commits.size).toBeGreaterThan(50);
    expect(acknowledged.removed.size).toBeGreaterThan(5);
    await remove();
  });
});
