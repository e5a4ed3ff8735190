/** A sceptic would doubt that a download which is opened now and read later is still all there. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { download } from "../../src/models/download.ts";
import { serve, someBytes } from "./served-model.ts";

const options = { deadlines: { answerMs: 2000, stallMs: 2000 }, signal: new AbortController().signal };

test("garbage collection between the answer and the reading loses nothing", async () => {
  const bytes = someBytes(3_000_000);
  const server = await serve({ "/w": { bytes } });
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const piece = await download(`${server.url}/w`, options);

  // The response dies in one collection; what waits for its death is told some turns later.
  for (let times = 0; times < 10; times++) {
    collect();
    await turn();
  }

  const parts: Uint8Array[] = [];
  for await (const chunk of piece.chunks) parts.push(chunk);
  expect(Buffer.concat(parts).equals(bytes)).toBe(true);
});

test("a server that redirects for ever is given up", async () => {
  const server = await serve({ "/w": { bytes: Buffer.alloc(1), redirectTo: "/w" } });
  await expect(download(`${server.url}/w`, options)).rejects.toThrow(/redirects more than 5 times/);
  expect(server.requests).toHaveLength(6);
});
