/** A look at recorded runs without owning the data folder. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openFolderAssetStore } from "../adapters/folder/asset-store.ts";
import { openRedisRunStore } from "../adapters/redis/run-store.ts";
import { openSqliteRunStore } from "../adapters/sqlite/run-store.ts";
import type { Config } from "../config.ts";
import { RunBook } from "../dispatch/run-book.ts";
import { TuttiError } from "../errors.ts";
import type { RunHead, RunStore } from "../ports/run-store.ts";
import { reportOf } from "../service/run-report.ts";
import type { RunReport } from "../tutti.ts";

/** Of so many runs, the newest, an id may be cut short. */
const SEARCHED = 10_000;
const SHOWN = 5;

export interface RunReader {
  /** Newest first, of all tenants. */
  heads(limit: number): Promise<readonly RunHead[]>;
  /** @param id of the run, or its beginning. @throws TuttiError `unknown-run` */
  run(id: string): Promise<RunReport>;
  close(): Promise<void>;
}

/** @throws TuttiError `unknown-run` where the data folder holds none */
export function openRunReader({ dataFolder, redis }: Pick<Config, "dataFolder" | "redis">): RunReader {
  const store = redis ? openRedisRunStore({ connection: redis.url, prefix: redis.prefix }) : openFile(dataFolder);
  const assets = openFolderAssetStore({ folder: join(dataFolder, "assets") });
  const book = new RunBook(store, Date.now);

  async function wholeId(id: string): Promise<string> {
    if (await store.head(id)) return id;
    const matches = (await store.heads({ limit: SEARCHED })).filter(({ runId }) => runId.startsWith(id));
    const [match, other] = matches;
    if (!other) return match?.runId ?? id;
    const examples = matches.slice(0, SHOWN).map(({ runId }) => runId);
    const more = matches.length > SHOWN ? ", …" : "";
    throw new TuttiError("unknown-run", `${id} may be any of ${matches.length} runs: ${examples.join(", ")}${more}`);
  }

  return {
    heads: (limit) => store.heads({ limit }),
    async run(id) {
      const state = await book.state(await wholeId(id));
      if (!state) throw new TuttiError("unknown-run", `there is no run ${id}; tutti runs list shows them`);
      return reportOf(assets, state);
    },
    async close() {
      await Promise.all([store.close(), assets.close()]);
    },
  };
}

function openFile(dataFolder: string): RunStore {
  const file = join(dataFolder, "runs.sqlite");
  if (existsSync(file)) return openSqliteRunStore({ file, readOnly: true });
  throw new TuttiError("unknown-run", `${dataFolder} holds no runs; set TUTTI_DATA to the folder that does`);
}
