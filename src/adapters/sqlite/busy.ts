/** https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/** Whether SQLite refused because another connection holds a lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}
