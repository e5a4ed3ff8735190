/** A look into a data folder without owning it. */
import { join } from "node:path";
import { openFolderAssetStore } from "../adapters/folder-asset-store.ts";
import { openSqliteRunStore } from "../adapters/sqlite-run-store.ts";
import { RunBook } from "../dispatch/run-book.ts";
import { TuttiError } from "../errors.ts";
import type { RunHead } from "../ports/run-store.ts";
import { reportOf } from "../service/run-report.ts";
import type { RunReport } from "../tutti.ts";

const SEARCHED = 10_000;

export interface RunReader {
  /** Newest first, of all tenants. */
  heads(limit: number): Promise<readonly RunHead[]>;
  /** @param id of the run, or its beginning. @throws TuttiError `unknown-run` */
  run(id: string): Promise<RunReport>;
  close(): Promise<void>;
}

export function openRunReader(dataFolder: string): RunReader {
  const store = openSqliteRunStore({ file: join(dataFolder, "runs.sqlite"), readOnly: true });
  const assets = openFolderAssetStore({ folder: join(dataFolder, "assets") });
  const book = new RunBook(store, Date.now);
  return {
    heads: (limit) => store.heads({ limit }),
    async run(id) {
      const matches = (await store.heads({ limit: SEARCHED })).filter(({ runId }) => runId.startsWith(id));
      const [match] = matches;
      if (matches.length > 1) throw new TuttiError("unknown-run", `${id} may be any of ${matches.length} runs`);
      const state = match && (await book.state(match.runId));
      if (!state) throw new TuttiError("unknown-run", `there is no run ${id}; tutti runs list shows them`);
      return reportOf(assets, state);
    },
    async close() {
      await Promise.all([store.close(), assets.close()]);
    },
  };
}
