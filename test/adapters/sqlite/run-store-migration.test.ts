/** A sceptic would say: an update loses the runs that an older Tutti wrote, or half of an update ruins the file. */
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { headQuery } from "../../../src/adapters/sqlite/run-store-heads.ts";
import { openSqliteRunStore } from "../../../src/adapters/sqlite/run-store.ts";
import type { RunHead } from "../../../src/ports/run-store.ts";
import { addition, createdEvent, ending, entryOf, finishedEvent, headOf } from "../../contracts/events.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";

/** What version 1 created its files with, word for word. */
const VERSION_1 = `
  CREATE TABLE events (
    run_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
  ) STRICT;
  CREATE TABLE heads (
    run_id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    revision INTEGER NOT NULL,
    active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX heads_by_age ON heads (created_at, run_id);
  CREATE INDEX heads_by_tenant ON heads (tenant, created_at, run_id);
  CREATE INDEX heads_active ON heads (created_at, run_id) WHERE active = 1;
  CREATE TABLE outbox (
    run_id TEXT NOT NULL,
    node_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, node_id, attempt)
  ) STRICT;
  CREATE INDEX outbox_by_due ON outbox (due_at);
  CREATE TABLE idempotency (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    run_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (tenant, key)
  ) STRICT;
  PRAGMA user_version = 1;
`;

const heads = {
  late: headOf("late", { deadlineAt: 2000.5, title: '\u0000 \ud800 "quoted"' }),
  early: headOf("early", { deadlineAt: 1000, tenant: "theirs" }),
  ended: headOf("ended", { active: false, status: "succeeded", deadlineAt: 10, finishedAt: 5000 }),
  lost: headOf("lost", { active: false, status: "failed", deadlineAt: 20, createdAt: 4000 }),
};

/** A file as version 1 left it: two runs that are active, two that have ended. */
function writeVersion1(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(VERSION_1);
  const addHead = database.prepare("INSERT INTO heads VALUES (?, ?, ?, ?, ?, ?)");
  const addEvent = database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?)");
  for (const head of Object.values<RunHead>(heads)) {
    const { runId, tenant, active, createdAt } = head;
    const events = [createdEvent(runId, tenant), ...(active ? [] : [finishedEvent(runId, 2)])];
    addHead.run(runId, tenant, events.length, Number(active), createdAt, JSON.stringify(head));
    for (const event of events) addEvent.run(runId, event.seq, event.at, event.type, JSON.stringify(event));
  }
  database.exec("INSERT INTO outbox VALUES ('late', 'plan', 1, 77)");
  database.exec("INSERT INTO idempotency VALUES ('default', 'k', 'late', 'f'), ('default', 'l', 'ended', 'f')");
  database.close();
}

async function inFolder(use: (file: string) => Promise<void>): Promise<void> {
  const { folder, remove } = await temporaryFolder();
  try {
    await use(path.join(folder, "runs.db"));
  } finally {
    await remove();
  }
}

function versionOf(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true });
  const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
  database.close();
  return version;
}

/** The tables with their columns, and the indices: what a statement can tell apart. */
function shapeOf(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true });
  const named = database.prepare("SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name").all();
  const columns = named.map(({ name }) => database.prepare(`PRAGMA table_xinfo(${String(name)})`).all());
  database.close();
  return { named, columns };
}

describe("sqlite run store: a file of version 1", () => {
  it("is brought up to date with all that is in it, and goes on", () =>
    inFolder(async (file) => {
      writeVersion1(file);
      const store = openSqliteRunStore({ file });
      expect(versionOf(file)).toBe(2);
      for (const head of Object.values(heads)) expect(await store.head(head.runId)).toEqual(head);
      expect(await store.read("ended")).toEqual([createdEvent("ended"), finishedEvent("ended", 2)]);
      expect(await store.outbox(77, 9)).toEqual([entryOf("late", "plan", 77)]);
      const due = await store.heads({ active: true, deadlineBefore: 9999 });
      expect(due.map(({ runId }) => runId)).toEqual(["early", "late"]);
      expect(await store.commit(addition("late", 1))).toEqual({ outcome: "committed" });
      expect(await store.commit(ending("early", 1))).toEqual({ outcome: "committed" });
      await store.close();

      const again = openSqliteRunStore({ file });
      expect(await again.read("late")).toHaveLength(2);
      await again.close();
    }));

  it("has the same tables afterwards as a new file", () =>
    inFolder(async (file) => {
      writeVersion1(file);
      await openSqliteRunStore({ file }).close();
      await openSqliteRunStore({ file: `${file}-new` }).close();
      expect(shapeOf(file)).toEqual(shapeOf(`${file}-new`));
    }));

  it("loses, where runs expire, those that ended long ago and no others", () =>
    inFolder(async (file) => {
      writeVersion1(file);
      const store = openSqliteRunStore({ file, keepFinishedMs: Date.now() - 4500 });
      expect((await store.heads({})).map(({ runId }) => runId).toSorted()).toEqual(["early", "ended", "late"]);
      expect(await store.read("lost")).toEqual([]);
      await store.close();
    }));

  it("stays as it was if bringing it up to date fails half-way", () =>
    inFolder(async (file) => {
      writeVersion1(file);
      const saboteur = new DatabaseSync(file);
      saboteur.exec("CREATE INDEX heads_by_end ON heads (run_id)");
      const before = shapeOf(file);
      expect(() => openSqliteRunStore({ file })).toThrow("heads_by_end");
      expect(shapeOf(file)).toEqual(before);
      expect(versionOf(file)).toBe(1);
      saboteur.exec("DROP INDEX heads_by_end");
      saboteur.close();
      await openSqliteRunStore({ file }).close();
      expect(versionOf(file)).toBe(2);
    }));

  it("can be read as it is by who only reads", () =>
    inFolder(async (file) => {
      writeVersion1(file);
      const reader = openSqliteRunStore({ file, readOnly: true, keepFinishedMs: 1 });
      expect(await reader.heads({})).toHaveLength(4);
      expect(versionOf(file)).toBe(1);
      await reader.close();
    }));
});

it("sqlite run store: whoever asks for deadlines looks at no run that isn't due, and sorts nothing", () =>
  inFolder(async (file) => {
    await openSqliteRunStore({ file }).close();
    const database = new DatabaseSync(file);
    const { query, parameters } = headQuery({ active: true, deadlineBefore: 5 });
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${query}`).all(...parameters);
    expect(plan.map(({ detail }) => detail)).toEqual(["SEARCH heads USING INDEX heads_by_deadline (deadline_at<?)"]);
    database.close();
  }));
