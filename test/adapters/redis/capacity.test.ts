/** A sceptic would say: keys pile up in Redis, two processes share one place, and a place dies with its process. */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRedisCapacity } from "../../../src/adapters/redis/capacity.ts";
import { capacityContract } from "../../contracts/capacity.contract.ts";
import { startChild } from "../../fakes/child.ts";
import { startCuttingProxy } from "../../fakes/cutting-proxy.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../../fakes/redis-server.ts";

await whereRedisIs("redis capacity", () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedisServer();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  capacityContract({
    name: "redis capacity",
    open: async () => {
      const prefix = `{${randomUUID()}}`;
      let time = 0;
      const openCapacity = () => createRedisCapacity({ connection: server.url, prefix, now: () => time });
      const capacity = openCapacity();
      return {
        capacity,
        peer: async () => openCapacity(),
        setClock: (now) => (time = now),
        close: () => capacity.close(),
      };
    },
  });

  it("keeps a place when the process that took it is killed, and whoever finds it may give it back", async () => {
    const prefix = `{${randomUUID()}}`;
    const child = startChild("enter-until-killed.ts", server.url, prefix, "2");
    expect((await child.lines.next()).value).toBe("true true false");
    child.process.kill("SIGKILL");
    await child.ended;
    const capacity = createRedisCapacity({ connection: redis, prefix });
    expect(await capacity.enter("x", "late", { limit: 2, order: 9 })).toBe(false);
    expect(await capacity.held(Date.now() + 1, 9)).toEqual(["j0", "j1", "j2", "late"]);
    expect(await capacity.leave("j0")).toBe("x");
    expect(await capacity.admit("x", 2)).toEqual(["j2"]);
    await capacity.close();
  });

  it("leaves nothing behind but a number", async () => {
    const prefix = `{${randomUUID()}}`;
    const capacity = createRedisCapacity({ connection: redis, prefix });
    for (let i = 0; i < 30; i++) await capacity.enter(`expert${i % 7}`, `j${i}`, { limit: 2, order: -i });
    for (const expert of await capacity.lines()) await capacity.admit(expert, 3);
    for (let i = 29; i >= 0; i--) await capacity.leave(`j${i}`);
    expect(await redis.keys(`${prefix}:*`)).toEqual([`${prefix}:capacity:sequence`]);
    await capacity.close();
  });

  it("whoever loses the answer to his entering learns of his place when he asks again, and has one only", async () => {
    const prefix = `{${randomUUID()}}`;
    const proxy = await startCuttingProxy(server.port);
    const connection = `redis://127.0.0.1:${proxy.port}`;
    const capacity = createRedisCapacity({ connection, prefix, onError: () => {} });
    const one = { limit: 1, order: 0 };
    await capacity.enter("other", "z", one);
    proxy.loseNextAnswer();
    expect(await capacity.enter("x", "a", one)).toBe(true);
    proxy.loseNextAnswer();
    expect(await capacity.enter("x", "b", one)).toBe(false);
    await capacity.leave("a");
    expect(await capacity.admit("x", 1)).toEqual(["b"]);
    expect(await capacity.leave("b")).toBeUndefined();
    await capacity.close();
    proxy.close();
  });

  it("places are given back, and handed on, by a Redis that is full", async () => {
    const full = await startRedisServer({ settings: ["--maxmemory-policy", "noeviction"] });
    const capacity = createRedisCapacity({ connection: full.url, onError: () => {} });
    for (const job of ["a", "b", "c"]) await capacity.enter("x", job, { limit: 2, order: 0 });
    const admin = new Redis(full.url);
    // Scripts that the server doesn't know it could not take in now.
    await capacity.leave("nobody");
    await capacity.admit("nobody", 1);
    await admin.config("SET", "maxmemory", "1");
    await expect(capacity.enter("x", "d", { limit: 2, order: 0 })).rejects.toThrow("OOM");
    expect(await capacity.leave("a")).toBe("x");
    expect(await capacity.admit("x", 2)).toEqual(["c"]);
    admin.disconnect();
    await capacity.close();
    await full.stop();
  });

  it("a closed one says so", async () => {
    const capacity = createRedisCapacity({ connection: redis });
    await capacity.close();
    const late = [capacity.enter("x", "a", { limit: 1, order: 0 }), capacity.leave("a"), capacity.lines()];
    for (const call of late) await expect(call).rejects.toMatchObject({ code: "shutting-down" });
  });
});
