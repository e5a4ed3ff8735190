/**
 * Commits to one run without end, and prints every step when it is done. The commit at revision n adds n % 5 + 1 events
 * and the outbox entry `n<n>`, which is removed again where n is a multiple of three. Argument: the store's file.
 */
import { writeSync } from "node:fs";
import { openSqliteRunStore } from "../../src/adapters/sqlite/run-store.ts";
import { addition, creation, entryOf } from "../contracts/events.ts";

const store = openSqliteRunStore({ file: process.argv[2] ?? "" });
const acknowledge = (step: string): void => void writeSync(1, `${step}\n`);

await store.commit(creation("r"));
for (let revision = (await store.read("r")).length; ;) {
  const before = revision;
  const count = (before % 5) + 1;
  await store.commit(addition("r", before, { outbox: [entryOf("r", `n${before}`)] }, count));
  revision += count;
  acknowledge(`committed ${before} ${revision}`);
  if (before % 3 > 0) continue;
  await store.removeFromOutbox([entryOf("r", `n${before}`)]);
  acknowledge(`removed ${before}`);
}
