/** A sceptic would say: the file grows for ever, and two processes overwrite each other's counts. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openSqliteMeritStore } from "../../../src/adapters/sqlite/merit-store.ts";
import { meritStoreContract } from "../../contracts/merit-store.contract.ts";
import { outcomeOf } from "../../contracts/outcomes.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";

meritStoreContract({
  name: "sqlite merit store",
  open: async () => {
    const { folder, remove } = await temporaryFolder();
    const openStore = () => openSqliteMeritStore({ file: path.join(folder, "merits.sqlite") });
    let store = openStore();
    return {
      store,
      peer: async () => openStore(),
      reopen: async () => {
        await store.close();
        return (store = openStore());
      },
      close: async () => {
        await store.close();
        await remove();
      },
    };
  },
});

async function inFolder(use: (file: string) => Promise<void>): Promise<void> {
  const { folder, remove } = await temporaryFolder();
  try {
    await use(path.join(folder, "merits.sqlite"));
  } finally {
    await remove();
  }
}

const asked = ["acme/a", "acme/b"].map((id) => ({ id, version: "1" }));

describe("sqlite merit store: the file", () => {
  it("forgets at its opening who was not called for very long", () =>
    inFolder(async (file) => {
      const store = openSqliteMeritStore({ file, halfLifeMs: 1000 });
      const now = Date.now();
      await store.record([outcomeOf({ at: now - 721_000 }), outcomeOf({ at: now - 600_000, expert: "acme/b" })]);
      expect((await store.read(asked)).size).toBe(2);
      await store.close();
      const later = openSqliteMeritStore({ file, halfLifeMs: 1000 });
      expect([...(await later.read(asked)).keys()]).toEqual(["acme/b@1"]);
      await later.close();
    }));

  it("loses nothing that other processes count at the same time", () =>
    inFolder(async (file) => {
      const store = openSqliteMeritStore({ file });
      const at = Date.now() - 1000;
      const module = path.resolve("src/adapters/sqlite/merit-store.ts");
      const count = `
        import { openSqliteMeritStore } from ${JSON.stringify(module)};
        const store = openSqliteMeritStore({ file: ${JSON.stringify(file)} });
        for (let n = 0; n < 100; n++) await store.record([${JSON.stringify(outcomeOf({ at }))}]);
        await store.close();`;
      const run = promisify(execFile);
      const counting = [0, 1].map(() => run(process.execPath, ["--input-type=module-typescript", "-e", count]));
      const done = new AbortController();
      const all = Promise.all(counting).finally(() => done.abort());
      let mine = 0;
      while (!done.signal.aborted && mine < 1000) {
        await store.record([outcomeOf({ at })]);
        mine += 1;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await all;
      expect((await store.read(asked)).get("acme/a@1")).toMatchObject({ calls: 200 + mine });
      await store.close();
    }));

  it("a file that cannot be is named", () =>
    inFolder(async (file) => {
      const bad = path.join(file, "below", "a-file");
      expect(() => openSqliteMeritStore({ file: bad })).toThrow(`${bad} cannot be used as the store of merits`);
    }));
});
