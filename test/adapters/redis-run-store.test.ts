import { randomUUID } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import { openRedisRunStore } from "../../src/adapters/redis-run-store.ts";
import { runStoreContract } from "../contracts/run-store.contract.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../fakes/redis-server.ts";

await whereRedisIs("redis run store", () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await startRedisServer()));
  afterAll(() => server.stop());

  runStoreContract({
    name: "redis run store",
    open: async () => {
      const prefix = `{${randomUUID()}}`;
      const openStore = () => openRedisRunStore({ connection: server.url, prefix });
      let store = openStore();
      return {
        store,
        peer: async () => openStore(),
        reopen: async () => {
          await store.close();
          return (store = openStore());
        },
        close: () => store.close(),
      };
    },
  });
});
