/**
 * Several clients that all want to add the next event to run `r`, without end. Prints `<seq> <text>` for every commit
 * that won. Arguments: the URL of Redis, the prefix, how many clients.
 */
import { writeSync } from "node:fs";
import { openRedisRunStore } from "../../src/adapters/redis/run-store.ts";
import { addition, noteEvent } from "../contracts/events.ts";

const [connection = "", prefix = "", clients = "1"] = process.argv.slice(2);

async function race(client: number): Promise<never> {
  const store = openRedisRunStore({ connection, prefix, onError: () => {} });
  for (let revision = 0; ;) {
    const news = await store.read("r", revision);
    revision += news.length;
    const text = `${process.pid}-${client}-${revision}`;
    const { outcome } = await store.commit(addition("r", revision, { events: [noteEvent("r", revision + 1, text)] }));
    if (outcome === "committed") writeSync(1, `${revision + 1} ${text}\n`);
  }
}

await Promise.all(Array.from({ length: Number(clients) }, (_, client) => race(client)));
