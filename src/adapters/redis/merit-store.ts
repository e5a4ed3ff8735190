/** How calls went, on several machines: Redis. The calls that come together are one script, which adds them up. */
import { TuttiError } from "../../errors.ts";
import { meritKey, type CallOutcome, type Merit, type MeritStore } from "../../ports/merit-store.ts";
import { addOutcome, HALF_LIFE_MS, HALF_LIVES_KEPT } from "../../select/merit.ts";
import { closeRedis, connectRedis, DEFAULT_PREFIX, warnOfRedis, type RedisAddress } from "./connection.ts";
import { addMerits } from "./lua/merit-store.ts";
import { runScript } from "./script.ts";

export interface RedisMeritStoreOptions {
  /** A URL, or a connection whose settings are taken over. */
  readonly connection: RedisAddress;
  /** Starts every key. @default "{tutti}" */
  readonly prefix?: string;
  /** The time in which a count halves, milliseconds; the same in all processes. @default an hour */
  readonly halfLifeMs?: number;
  /** Told of lost connections; they are made again by themselves. @default a process warning */
  readonly onError?: (error: Error) => void;
}

/**
 * While Redis is away, calls reject soon: who chooses can do without, and who counts may forget. Outcomes whose answer was
 * lost with the connection may count twice.
 */
export function openRedisMeritStore({
  connection,
  prefix = DEFAULT_PREFIX,
  halfLifeMs = HALF_LIFE_MS,
  onError = warnOfRedis,
}: RedisMeritStoreOptions): MeritStore {
  const redis = connectRedis(connection, { maxRetriesPerRequest: 1 }, onError);
  let isClosed = false;

  function assertOpen(): void {
    if (isClosed) throw new TuttiError("shutting-down", "The store of merits is closed.");
  }

  return {
    async record(outcomes) {
      assertOpen();
      if (outcomes.length === 0) return;
      const byExpert = Map.groupBy(outcomes, ({ expert, version }) => meritKey({ id: expert, version }));
      const names = [...byExpert.keys()].map((key) => `${prefix}:merit:${key}`);
      const added = [...byExpert.values()].map((calls) => JSON.stringify(addUp(calls, halfLifeMs)));
      await runScript(redis, addMerits, names, [halfLifeMs, Math.ceil(HALF_LIVES_KEPT * halfLifeMs), ...added]);
    },
    async read(experts) {
      assertOpen();
      if (experts.length === 0) return new Map();
      const keys = experts.map(meritKey);
      const found = await redis.mget(keys.map((key) => `${prefix}:merit:${key}`));
      return new Map(
        keys.flatMap((key, index) => {
          const json = found[index];
          return typeof json === "string" ? [[key, decodeMerit(json)]] : [];
        }),
      );
    },
    async claimTrial(expert, version, ms) {
      assertOpen();
      const key = `${prefix}:trial:${meritKey({ id: expert, version })}`;
      return (await redis.set(key, "", "PX", Math.max(1, Math.ceil(ms)), "NX")) === "OK";
    },
    async close() {
      isClosed = true;
      closeRedis(redis);
    },
  };
}

function addUp(calls: readonly CallOutcome[], halfLifeMs: number): Merit & { readonly reset: boolean } {
  const merit = calls.reduce<Merit | undefined>((sum, call) => addOutcome(sum, call, halfLifeMs), undefined);
  if (!merit) throw new TuttiError("internal", "There were no calls to add up.");
  return { ...merit, reset: calls.some(({ ok }) => ok) };
}

// Unexamined: only this store writes it.
function decodeMerit(json: string): Merit {
  return JSON.parse(json);
}
