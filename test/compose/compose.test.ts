/** Does a start that fails let go of what it had claimed, and a stopped Tutti refuse politely? */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createTutti } from "../../src/index.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";

let folder = "";
let remove = (): Promise<void> => Promise.resolve();

beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
});

afterEach(() => remove());

const start = () => createTutti({ dataFolder: folder, log: "off", drainMs: 0 });

it("gives the data folder back where it could not start, and can start there once the fault is mended", async () => {
  const file = join(folder, "runs.sqlite");
  const database = new DatabaseSync(file);
  database.exec("PRAGMA user_version = 99");
  database.close();
  await expect(start()).rejects.toMatchObject({ code: "unsupported-version" });
  await rm(file);
  const tutti = await start();
  expect((await tutti.health()).accepting).toBe(true);
  await tutti.close();
});

it("takes nothing more when it is closed, closes once, and leaves the folder to the next one", async () => {
  const tutti = await start();
  await expect(start()).rejects.toMatchObject({ code: "in-use" });
  await Promise.all([tutti.close(), tutti.close()]);
  const request = {
    messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "x" }] }],
    options: {},
  };
  await expect(tutti.submit(request, { tenant: "default" })).rejects.toMatchObject({ code: "shutting-down" });
  expect((await tutti.health()).accepting).toBe(false);
  await (await start()).close();
});
