/** SQL against an open file; every statement is prepared once. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { TuttiError } from "../../errors.ts";
import { isBusy } from "./busy.ts";

export type Parameter = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/** All of them throw TuttiError `shutting-down` once the file is closed. */
export interface Statements {
  all(sql: string, ...parameters: readonly Parameter[]): Row[];
  one(sql: string, ...parameters: readonly Parameter[]): Row | undefined;
  change(sql: string, ...parameters: readonly Parameter[]): void;
  /**
   * Runs `change` in one write transaction: all of it is in the file when this returns, or none of it.
   * @throws TuttiError `in-use`, retryable, if another process doesn't let go of the file.
   */
  transaction<T>(change: () => T): T;
}

export function createStatements(database: DatabaseSync): Statements {
  const statements = new Map<string, StatementSync>();

  function prepared(sql: string): StatementSync {
    if (!database.isOpen) throw new TuttiError("shutting-down", "The store of runs is closed.");
    const known = statements.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  return {
    all: (sql, ...parameters) => prepared(sql).all(...parameters),
    one: (sql, ...parameters) => prepared(sql).get(...parameters),
    change: (sql, ...parameters) => void prepared(sql).run(...parameters),
    transaction(change) {
      try {
        prepared("BEGIN IMMEDIATE").run();
        const result = change();
        prepared("COMMIT").run();
        return result;
      } catch (error) {
        // Some faults (a full disk) have already rolled it back.
        if (database.isOpen && database.isTransaction) prepared("ROLLBACK").run();
        throw isBusy(error) ? locked(error) : error;
      }
    },
  };
}

function locked(cause: unknown): TuttiError {
  const message = "Another process keeps the file of runs locked. Stop it, or set TUTTI_DATA to another folder.";
  return new TuttiError("in-use", message, { cause, retryable: true });
}
