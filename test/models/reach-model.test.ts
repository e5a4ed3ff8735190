/** A sceptic would doubt that two seconds are enough to know, and that a source that says nothing is not waited for. */
import { expect, test } from "vitest";
import { deadUrl, hubPath, hubSource, lockOf, newFolder, serve, someBytes, storeFor } from "./served-model.ts";

const bytes = someBytes();
const lock = lockOf(bytes, [{ kind: "folder" }, hubSource("w")]);
/** As in earnest, so that what is measured is the limit of the question itself. */
const deadlines = { answerMs: 2000, stallMs: 15_000 };

test("the place that answers is told, and nothing is kept of it", async () => {
  const server = await serve({ [hubPath("w")]: { bytes } });
  const store = await storeFor({ lock, hubUrl: server.url });

  expect(await store.reachModel("small")).toBe(new URL(server.url).host);
  expect((await store.listModels())[0]).toMatchObject({ state: "absent", here: 0 });
  await store.ensureModel("small");
  expect(await store.reachModel("small")).toContain(store.folder);
});

test.each([
  ["nobody listens", deadUrl, /ECONNREFUSED/],
  [
    "nobody answers",
    async () => (await serve({ [hubPath("w")]: { bytes, silent: true } })).url,
    /no answer within 0\.3 s/,
  ],
  ["it is not there", async () => (await serve({})).url, /answered 404/],
  [
    "it answers and sends on to one that does not",
    async () => {
      const silent = await serve({ "/w": { bytes, silent: true } });
      return (await serve({ [hubPath("w")]: { bytes, redirectTo: `${silent.url}/w` } })).url;
    },
    /no answer within 0\.3 s/,
  ],
])("where %s, that is told in time", async (_, hub, reason) => {
  const store = await storeFor({ lock, hubUrl: await hub(), deadlines });
  // The source's own deadline is above the limit, and would be told with another text.
  await expect(store.reachModel("small", undefined, 300)).rejects.toMatchObject({
    code: "unavailable",
    cause: { name: "SourceFault", message: expect.stringMatching(reason) },
  });
});

test("offline, nobody is asked", async () => {
  const server = await serve({ [hubPath("w")]: { bytes } });
  const store = await storeFor({ lock: lockOf(bytes, [hubSource("w")]), hubUrl: server.url, offline: true });
  await expect(store.reachModel("small")).rejects.toThrow(/TUTTI_OFFLINE/);
  expect(server.requests).toEqual([]);
});

test("whoever no longer wants to know is not kept waiting", async () => {
  const silent = await serve({ [hubPath("w")]: { bytes, silent: true } });
  const store = await storeFor({ lock, hubUrl: silent.url, folder: await newFolder(), deadlines });
  const stop = new AbortController();
  const asking = store.reachModel("small", stop.signal, 60_000).catch((error: unknown) => error);
  await expect.poll(() => silent.requests.length).toBe(1);
  stop.abort();
  expect(await asking).toMatchObject({ code: "canceled" });
});
