/** How calls went, on a single machine: one SQLite file. */
import type { DatabaseSync } from "node:sqlite";
import { meritKey, type Merit, type MeritStore } from "../../ports/merit-store.ts";
import { addOutcome, HALF_LIFE_MS, HALF_LIVES_KEPT } from "../../select/merit.ts";
import { openStoreFile } from "./expert-store-file.ts";

export interface SqliteMeritStoreOptions {
  readonly file: string;
  /** The time in which a count halves, milliseconds. @default an hour */
  readonly halfLifeMs?: number;
}

const migrations = [
  `
  CREATE TABLE merits (key TEXT PRIMARY KEY, at REAL NOT NULL, json TEXT NOT NULL) STRICT;
  CREATE INDEX merits_by_age ON merits (at);
  CREATE TABLE trials (key TEXT PRIMARY KEY, until REAL NOT NULL) STRICT;
  `,
];

/** A power cut may cost the last moments: they are only counts. */
const pragmas = "PRAGMA synchronous = NORMAL";

/**
 * Opens the store, creating the file where it is missing.
 * @throws TuttiError `misconfigured` or `unsupported-version`, see `openStoreFile`.
 */
export function openSqliteMeritStore({ file, halfLifeMs = HALF_LIFE_MS }: SqliteMeritStoreOptions): MeritStore {
  const store = openStoreFile({ file, what: "merits", migrations, pragmas });
  const oldest = Date.now() - HALF_LIVES_KEPT * halfLifeMs;
  store.write((open) => open.prepare("DELETE FROM merits WHERE at < ?").run(oldest));

  return {
    async record(outcomes) {
      if (outcomes.length === 0) return;
      const now = Date.now();
      store.write((open) => {
        const merits = new Map<string, Merit>();
        for (const outcome of outcomes) {
          const key = meritKey({ id: outcome.expert, version: outcome.version });
          // A clock that was ahead for a moment must not make all that follows look old.
          const at = Math.min(outcome.at, now);
          merits.set(key, addOutcome(merits.get(key) ?? meritOf(open, key), { ...outcome, at }, halfLifeMs));
        }
        const sql = open.prepare("INSERT OR REPLACE INTO merits VALUES (?, ?, ?)");
        for (const [key, merit] of merits) sql.run(key, merit.at, JSON.stringify(merit));
      });
    },
    async read(experts) {
      return store.read((open) => {
        const found = experts.map(meritKey).map((key) => [key, meritOf(open, key)] as const);
        return new Map(found.flatMap(([key, merit]) => (merit ? [[key, merit]] : [])));
      });
    },
    async claimTrial(expert, version, ms) {
      const now = Date.now();
      return store.write((open) => {
        open.prepare("DELETE FROM trials WHERE until <= ?").run(now);
        const key = meritKey({ id: expert, version });
        return open.prepare("INSERT OR IGNORE INTO trials VALUES (?, ?)").run(key, now + ms).changes === 1;
      });
    },
    async close() {
      store.close();
    },
  };
}

// Unexamined: only this store writes it.
function meritOf(open: DatabaseSync, key: string): Merit | undefined {
  const row = open.prepare("SELECT json FROM merits WHERE key = ?").get(key);
  return row && JSON.parse(String(row["json"]));
}
