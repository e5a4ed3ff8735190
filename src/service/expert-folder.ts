/**
 * Registers what lies in a folder as files, and follows their changes. A file holds one expert, a list of them, or a
 * server whose tools become experts.
 */
import { watch } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { asTuttiError, TuttiError } from "../errors.ts";
import { registrationSchema, type Registration } from "../registry/registration.ts";
import { toolServerSchema, type ToolServer, type WatchTools } from "../registry/tool-server.ts";
import { createTaker, type TakerOptions } from "./take-experts.ts";

export interface ExpertFolderOptions extends TakerOptions {
  readonly folder: string;
  readonly watchTools: WatchTools;
  /** Milliseconds between looks, for folders whose changes nobody tells. @default 5000 */
  readonly everyMs?: number;
  /** Milliseconds after which what was refused is tried again. @default 60_000 */
  readonly againMs?: number;
}

/** After a change was told, the rest of it may be on its way. */
const SETTLE_MS = 100;
const PREFIX = "file:";

interface Seen {
  readonly stamp: string;
  /** When what was refused is tried again, by `performance.now()`. */
  readonly againAt: number;
  /** Ends the watching of a server. */
  readonly stop?: AbortController | undefined;
}

/** @returns what ends it @throws TuttiError `misconfigured` where the folder is not there */
export async function followExpertFolder(options: ExpertFolderOptions): Promise<() => void> {
  const { folder, logger, watchTools, everyMs = 5000, againMs = 60_000 } = options;
  const taker = createTaker(options);
  const seen = new Map<string, Seen>();
  let isClosed = false;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
    for (const name of names) {
      if (isClosed) return;
      const { mtimeMs, size } = await stat(join(folder, name));
      const stamp = `${mtimeMs} ${size}`;
      const known = seen.get(name);
      if (known?.stamp === stamp && performance.now() < known.againAt) continue;
      known?.stop?.abort();
      seen.set(name, { stamp, ...(await takeFile(name)) });
    }
    for (const [name, { stop }] of seen) {
      if (names.includes(name)) continue;
      stop?.abort();
      seen.delete(name);
    }
    const sources = new Set(names.map(sourceOf));
    await taker.removeFrom((source) => source.startsWith(PREFIX) && !sources.has(source));
  }

  async function takeFile(name: string): Promise<Omit<Seen, "stamp">> {
    const againAt = performance.now() + againMs;
    try {
      const content = read(await readFile(join(folder, name), "utf8"));
      if ("mcp" in content) return { againAt: Infinity, stop: followServer(content, sourceOf(name)) };
      return { againAt: (await taker.takeAll(sourceOf(name), content)) ? Infinity : againAt };
    } catch (error) {
      logger.error({ file: name }, `experts of ${name} stay as they were: ${asTuttiError(error).message}`);
      return { againAt };
    }
  }

  function followServer(server: ToolServer, source: string): AbortController {
    const stop = new AbortController();
    const onTrouble = (error: Error): void => logger.error({ source }, `${server.mcp.name}: ${error.message}`);
    const onChange = async (tools: readonly Registration[]): Promise<void> => void (await taker.takeAll(source, tools));
    watchTools(server, onChange, { signal: stop.signal, onTrouble }).catch(onTrouble);
    return stop;
  }

  function lookSoon(): void {
    if (isClosed || looking) return;
    looking = look()
      .catch((error: unknown) => logger.error({ err: error }, `the folder of experts ${folder} can't be read`))
      .finally(() => (looking = undefined));
  }

  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new TuttiError("misconfigured", `TUTTI_EXPERTS=${folder}: there is no such folder`);
  const timer = setInterval(lookSoon, everyMs).unref();
  const watcher = watch(folder, { persistent: false }, () => setTimeout(lookSoon, SETTLE_MS).unref());
  watcher.on("error", () => {});
  lookSoon();
  return () => {
    isClosed = true;
    clearInterval(timer);
    watcher.close();
    for (const { stop } of seen.values()) stop?.abort();
  };
}

const sourceOf = (name: string): string => PREFIX + name;

const oneSchema = registrationSchema.transform((one) => [one]);
const fileSchema = z.union([toolServerSchema, z.array(registrationSchema), oneSchema]);

function read(text: string): ToolServer | readonly Registration[] {
  const content: unknown = JSON.parse(text);
  const schema = typeof content === "object" && content !== null && "mcp" in content ? toolServerSchema : fileSchema;
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new TuttiError("invalid-request", z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, " "));
}
