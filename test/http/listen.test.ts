/** Doubt: that a taken port is said clearly, and that stopping loses no answer and waits for nobody for ever. */
import { once } from "node:events";
import { connect } from "node:net";
import express from "express";
import { describe, expect, test } from "vitest";
import { createApp } from "../../src/http/app.ts";
import { listen } from "../../src/http/listen.ts";
import { fakeTutti } from "../fakes/fake-tutti.ts";
import { plannedRun } from "../run/sample-runs.ts";
import { freshRun } from "./scripted-runs.ts";
import { serve } from "./serve.ts";

const host = "127.0.0.1";

describe("listen", () => {
  test("a port that is taken", async () => {
    const { url } = await serve();
    const port = Number(new URL(url).port);
    await expect(listen(createApp(fakeTutti()), { host, port })).rejects.toMatchObject({
      code: "in-use",
      message: expect.stringContaining(`Port ${port} on ${host} is taken`) as string,
    });
  });

  test("an address that is not of this machine", async () => {
    await expect(listen(createApp(fakeTutti()), { host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining("HOST") as string,
    });
  });

  test("everywhere is shown as an address that can be opened", async () => {
    const server = await listen(createApp(fakeTutti()), { host: "0.0.0.0", port: 0 });
    expect(server.url).toMatch(/^http:\/\/localhost:\d+$/);
    await server.close(0);
  });

  test("the port is free once it is closed, whatever was kept alive", async () => {
    const { url, fetch, server } = await serve();
    await (await fetch("/healthz")).text();
    await server.close(60_000);
    const again = await listen(createApp(fakeTutti()), { host, port: Number(new URL(url).port) });
    expect(again.url).toBe(url);
    await again.close(0);
  });

  test("a request that runs is answered before the server is gone, and no new connection is taken", async () => {
    const began = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const { fetch, server, url } = await serve({
      async run() {
        began.resolve();
        await go.promise;
        return { state: freshRun() };
      },
    });
    const asked = fetch("/v1/runs/r1");
    await began.promise;
    const closed = server.close(60_000);
    const late = connect(Number(new URL(url).port), host);
    await expect(once(late, "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    go.resolve();
    expect((await asked).status).toBe(200);
    await closed;
  });

  test("an event stream ends when the server stops, without a fault", async () => {
    const { fetch, server, log } = await serve({
      run: async () => ({ state: plannedRun().state }),
      async *events(_tenant, _runId, _after, signal) {
        yield* plannedRun().events;
        if (!signal.aborted) await once(signal, "abort");
      },
    });
    const response = await fetch("/v1/runs/r1/events");
    const text = response.text();
    await server.close(60_000);
    expect(await text).toContain("event: run-created");
    expect(log.filter(({ level }) => level !== "info")).toEqual([]);
  });

  test("who does not finish in time is cut off", async () => {
    const began = Promise.withResolvers<void>();
    const { fetch, server } = await serve({
      run() {
        began.resolve();
        return new Promise(() => {});
      },
    });
    const asked = fetch("/v1/runs/r1").then(
      () => "answered",
      () => "cut off",
    );
    await began.promise;
    await server.close(20);
    expect(await asked).toBe("cut off");
  });

  test("closing twice is closing once", async () => {
    const server = await listen(express(), { host, port: 0 });
    await Promise.all([server.close(0), server.close(0)]);
    await expect(server.close(0)).resolves.toBeUndefined();
  });
});
