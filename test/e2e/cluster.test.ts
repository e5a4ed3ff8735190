/**
 * Do several processes on one Redis behave as one service: whichever server is asked, whoever dies, and whoever is told
 * to stop? All of them are real: two servers, two workers, a redis-server.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHttpExpert } from "../fakes/http-expert.ts";
import { whereRedisIs } from "../fakes/redis-server.ts";
import { until } from "../fakes/scripted-experts.ts";
import {
  accepted,
  ADMIN_TOKEN,
  ended,
  startCluster,
  submit,
  view,
  type Cluster,
  type WorkerProcess,
} from "./cluster.ts";
import { verifies } from "./requirements.ts";
import type { Server } from "./server.ts";

await whereRedisIs("a cluster", () => {
  describe("a cluster", { timeout: 90_000 }, () => {
    let cluster: Cluster;
    let first: Server;
    let second: Server;
    const workers: WorkerProcess[] = [];
    let count = 0;
    const step = () => cluster.holding(`step-${(count += 1)}`);

    beforeAll(async () => {
      cluster = await startCluster();
      [first, second] = await Promise.all([cluster.addServer(), cluster.addServer()]);
      workers.push(...(await Promise.all([cluster.addWorker(), cluster.addWorker()])));
    }, 90_000);

    afterAll(async () => cluster.close(), 30_000);

    const workerAt = async (id: string, node: string): Promise<WorkerProcess | undefined> => {
      const { nodes } = await view(first, id);
      const name = nodes.find((one) => one.id === node)?.worker ?? "";
      return workers.find(({ pid }) => name.includes(`-${pid}-`));
    };

    it(verifies("cluster:any-server"), async () => {
      const [a, b] = [step(), step()];
      const { id } = await accepted(first, [a.node, b.node]);
      await a.begun();
      const elsewhere = await fetch(`${second.url}/v1/runs/${id}/events`, { headers: { "last-event-id": "2" } });
      const told = elsewhere.text();
      expect((await view(second, id)).status).toBe("running");
      await Promise.all([a.release(), b.release()]);
      expect((await ended(second, id)).status).toBe("succeeded");
      const events = await told;
      expect(events).not.toMatch(/^id: 2$/m);
      expect(events).toMatch(/^id: 3$/m);
      expect(events).toContain("event: run-finished");
    });

    it(verifies("experts:everywhere"), async () => {
      const expert = await startHttpExpert(() => ({ text: "from another server" }));
      const task = {
        id: "far-saying",
        title: "Far saying",
        description: "Says something from afar.",
        inputs: { text: { type: "text", description: "Anything." } },
        outputs: { text: { type: "text", description: "What is said." } },
      };
      const registration = { id: "acme/far", task, title: "Far", provider: "http", settings: { url: expert.url } };
      const taken = await fetch(`${first.url}/v1/experts`, {
        method: "POST",
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
        body: JSON.stringify({ ...registration, allowHosts: [expert.host] }),
      });
      expect(taken.status, await taken.clone().text()).toBe(201);
      const input = { text: { value: { type: "text", value: "x" } } };
      const { id } = await accepted(second, [{ id: "t1", task: "far-saying", inputs: input }]);
      expect(await ended(second, id)).toMatchObject({
        status: "succeeded",
        nodes: expect.arrayContaining([expect.objectContaining({ id: "t1", expert: "acme/far" })]) as unknown,
      });
      await expert.close();
    });

    it(verifies("cluster:idempotent"), async () => {
      const held = step();
      const headers = { "idempotency-key": "only-once" };
      const responses = await Promise.all([first, second, first, second].map((at) => submit(at, [held.node], headers)));
      const ids = await Promise.all(responses.map(async (response) => ((await response.json()) as { id: string }).id));
      expect(new Set(ids).size).toBe(1);
      await held.release();
      expect((await ended(first, ids[0] ?? "")).status).toBe("succeeded");
    });

    it(verifies("cluster:cancel"), async () => {
      const held = step();
      const { id } = await accepted(first, [held.node]);
      await held.begun();
      const response = await fetch(`${second.url}/v1/runs/${id}/cancel`, { method: "POST" });
      expect(response.ok).toBe(true);
      await held.stopped();
      expect((await ended(first, id)).status).toBe("canceled");
    });

    it(verifies("cluster:capacity"), async () => {
      // The card says two at once in a worker, and there are two workers.
      const steps = Array.from({ length: 6 }, step);
      const { id } = await accepted(
        first,
        steps.map(({ node }) => node),
      );
      const running = async (): Promise<number> => {
        const { nodes } = await view(first, id);
        return nodes.filter(({ status }) => status === "running").length;
      };
      await until(async () => (await running()) >= 4);
      const lanes = (await (await fetch(`${first.url}/readyz`)).json()) as { lanes: Record<string, unknown> };
      expect(lanes.lanes["cpu"]).toEqual({ waiting: 0, delayed: 0, active: 4, workers: 2 });
      expect(await running()).toBe(4);
      await Promise.all(steps.map(({ release }) => release()));
      expect((await ended(first, id)).status).toBe("succeeded");
    });

    it(verifies("cluster:worker-killed"), async () => {
      const held = step();
      const { id } = await accepted(first, [held.node]);
      await held.begun();
      const victim = await workerAt(id, held.node.id);
      expect(victim).toBeDefined();
      await victim?.stop("SIGKILL");
      await until(async () => (await workerAt(id, held.node.id))?.pid !== victim?.pid);
      await held.release();
      const run = await ended(first, id);
      expect(run.status).toBe("succeeded");
      workers.push(await cluster.addWorker());
    });

    it(verifies("cluster:drains"), async () => {
      const held = step();
      const { id } = await accepted(second, [held.node]);
      await held.begun();
      const stopping = await workerAt(id, held.node.id);
      expect(await stopping?.stop("SIGTERM")).toBe(0);
      await until(async () => {
        const pid = (await workerAt(id, held.node.id))?.pid;
        return pid !== undefined && pid !== stopping?.pid;
      });
      await held.release();
      expect((await ended(first, id)).status).toBe("succeeded");
      workers.push(await cluster.addWorker());
    });

    it(verifies("cluster:server-killed"), async () => {
      const doomed = await cluster.addServer();
      const held = step();
      const { id } = await accepted(doomed, [held.node]);
      await doomed.stop("SIGKILL");
      await held.release();
      expect((await ended(first, id)).status).toBe("succeeded");
    });

    it(verifies("cluster:redis-killed"), async () => {
      const held = step();
      const { id } = await accepted(first, [held.node]);
      await held.begun();
      await cluster.redis.kill();
      await cluster.redis.restart();
      await held.release();
      expect((await ended(second, id)).status).toBe("succeeded");
    });

    it("a worker that is told to stop while Redis is away ends all the same", async () => {
      const extra = await cluster.addWorker();
      await cluster.redis.kill();
      expect(await extra.stop("SIGTERM")).toBe(0);
      await cluster.redis.restart();
      const held = step();
      const { id } = await accepted(first, [held.node]);
      await held.release();
      expect((await ended(second, id)).status).toBe("succeeded");
    });

    it(verifies("cluster:dashboard"), async () => {
      const look = (headers?: Record<string, string>) => fetch(`${first.url}/queues/`, headers ? { headers } : {});
      expect((await look()).status).toBe(401);
      expect((await look({ authorization: "Bearer wrong-horse" })).status).toBe(401);
      const page = await look({ authorization: `Bearer ${ADMIN_TOKEN}` });
      expect(page.status).toBe(200);
      expect(page.headers.get("content-type")).toContain("text/html");
    });

    it(verifies("cluster:unfit-redis"), async () => {
      const readiness = async () => (await fetch(`${first.url}/readyz`)).status;
      await cluster.configureRedis("maxmemory-policy", "allkeys-lru");
      await until(async () => (await readiness()) === 503);
      expect((await submit(first, [step().node])).status).toBe(503);
      await cluster.configureRedis("maxmemory-policy", "noeviction");
      await until(async () => (await readiness()) === 200);

      await cluster.configureRedis("maxmemory", "2mb");
      await until(async () => (await readiness()) === 503);
      const refused = await submit(first, [step().node]);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await refused.json()).toMatchObject({ code: "overloaded" });
      await cluster.configureRedis("maxmemory", "0");
      await until(async () => (await readiness()) === 200);
    });
  });
});
