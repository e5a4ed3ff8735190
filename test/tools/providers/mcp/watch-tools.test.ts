/** A sceptic doubts that a change is heard of over both transports, and again after the server has been away. */
import { expect, it, onTestFinished, vi } from "vitest";
import type { Registration } from "../../../../src/registry/registration.ts";
import type { TuttiError } from "../../../../src/errors.ts";
import { watchTools } from "../../../../tools/providers/mcp/watch-tools.ts";
import type { McpAccess } from "../../../../tools/providers/mcp/settings.ts";
import { accessTo, connect, fakeByStdio, startFake, toolNamed } from "./setup.ts";

const secrets = { authorization: "Bearer open sesame" };

function startWatching(access: McpAccess, pollMs?: number) {
  const lists: (readonly Registration[])[] = [];
  const troubles: TuttiError[] = [];
  const ending = new AbortController();
  const watching = watchTools({ ...access, name: "fake" }, (list) => void lists.push(list), {
    signal: ending.signal,
    onTrouble: (trouble) => troubles.push(trouble),
    backoffMs: 50,
    ...(pollMs !== undefined && { pollMs }),
  });
  onTestFinished(async () => {
    ending.abort();
    await watching;
  });
  const names = (): unknown[] => (lists.at(-1) ?? []).map(({ settings }) => settings["tool"]);
  return { lists, troubles, names, end: () => (ending.abort(), watching) };
}

const soon = { timeout: 15_000, interval: 20 };

it("tells of the tools at first, and when the server says that there is another", async () => {
  const { server, process: child } = await startFake();
  onTestFinished(() => child.kill());
  const { lists, names, troubles } = startWatching(accessTo(server, secrets));
  await vi.waitFor(() => expect(names()).toContain("learn"), soon);
  const learn = await connect(toolNamed(lists[0] ?? [], "learn"), { secrets });
  await learn.run({ name: "brand-new" });
  await vi.waitFor(() => expect(names()).toContain("brand-new"), soon);
  expect(lists).toHaveLength(2);
  const brandNew = await connect(toolNamed(lists[1] ?? [], "brand-new"), { secrets });
  expect(await brandNew.run({})).toMatchObject({ text: "{}" });
  expect(toolNamed(lists[1] ?? [], "learn")).toEqual(toolNamed(lists[0] ?? [], "learn"));
  expect(troubles).toEqual([]);
});

it.each(["stdio", "HTTP"])("ends over %s when nobody wants to know any more", async (transport) => {
  const running = transport === "HTTP" ? await startFake() : undefined;
  onTestFinished(async () => running?.process.kill());
  const { names, end } = startWatching(accessTo(running?.server ?? fakeByStdio(), running && secrets));
  await vi.waitFor(() => expect(names()).toContain("learn"), soon);
  await expect(end()).resolves.toBeUndefined();
});

it("asks now and then, where the server says nothing", async () => {
  const { server, process: child } = await startFake();
  onTestFinished(() => child.kill());
  const { lists, names } = startWatching(accessTo(server, secrets), 50);
  await vi.waitFor(() => expect(names()).toContain("learn"), soon);
  const learn = await connect(toolNamed(lists[0] ?? [], "learn"), { secrets });
  await learn.run({ name: "quiet-tool" });
  await vi.waitFor(() => expect(names()).toContain("quiet-tool"), soon);
  expect(lists).toHaveLength(2);
});

it("hears of tools that a server over stdio learns by itself", async () => {
  const { lists, names } = startWatching(accessTo(fakeByStdio("eager")));
  await vi.waitFor(() => expect(names()).toContain("learned-late"), soon);
  expect(lists[0]?.map(({ settings }) => settings["tool"])).not.toContain("learned-late");
});

it("comes back to a server that was away, and tells only what has changed", async () => {
  const first = await startFake();
  onTestFinished(() => first.process.kill());
  const { lists, names, troubles } = startWatching(accessTo(first.server, secrets));
  await vi.waitFor(() => expect(names()).toContain("learn"), soon);
  await first.process.kill();
  await vi.waitFor(() => expect(troubles.length).toBeGreaterThan(1), soon);
  for (const trouble of troubles) expect(trouble).toMatchObject({ code: "expert-unavailable", retryable: true });
  const second = await startFake(first.port);
  onTestFinished(() => second.process.kill());
  const [known] = lists;
  const learn = await connect(toolNamed(known ?? [], "learn"), { secrets });
  await learn.run({ name: "after-the-restart" });
  await vi.waitFor(() => expect(names()).toContain("after-the-restart"), soon);
  expect(lists).toHaveLength(2);
});

it("tells again what could not be taken in", async () => {
  const ending = new AbortController();
  let calls = 0;
  const taken = Promise.withResolvers<void>();
  const troubles: TuttiError[] = [];
  const watching = watchTools(
    { ...accessTo(fakeByStdio()), name: "fake" },
    async () => {
      calls += 1;
      if (calls === 1) throw new Error("the store is away");
      taken.resolve();
    },
    { signal: ending.signal, onTrouble: (trouble) => troubles.push(trouble), backoffMs: 10 },
  );
  await taken.promise;
  ending.abort();
  await watching;
  expect(troubles.map(({ message }) => message)).toEqual(["the store is away"]);
});
