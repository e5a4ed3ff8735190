/** The experts that are registered while Tutti runs, as this process knows and reaches them. */
import { z } from "zod";
import { openProvider } from "../../tools/providers/index.ts";
import { secretFrom, type Config } from "../config.ts";
import type { ExpertStore } from "../ports/expert-store.ts";
import type { WatchTools } from "../registry/tool-server.ts";
import { TuttiError } from "../errors.ts";
import { resolveSecrets } from "../registry/resolve-secrets.ts";
import type { Registry } from "../registry/registry.ts";
import { ExpertDirectory } from "../service/expert-directory.ts";

const FORGET_EVERY_MS = 600_000;

export interface Experts {
  readonly directory: ExpertDirectory;
  readonly close: () => void;
}

/** @throws TuttiError `misconfigured` where TUTTI_VLM is no vision-language model */
async function standingExperts({ usesTransformers, vlm }: Pick<Config, "usesTransformers" | "vlm">) {
  const own = vlm === undefined ? [] : (await import("../../workers/vlm-core.ts")).vlmCore(vlm);
  if (!usesTransformers) return own;
  return [...own, ...(await import("../../tools/providers/transformers/defaults.ts")).defaultRegistrations()];
}

/** Tools of MCP servers that files in the folder of experts name. */
export function toolWatcher({ modelsFolder, offline, hubUrl }: Config): WatchTools {
  return async ({ mcp: { name, server, secrets, allowHosts } }, onChange, { signal, onTrouble }) => {
    const { watchTools } = await import("../../tools/providers/mcp/watch-tools.ts");
    const { mcpServerSchema } = await import("../../tools/providers/mcp/settings.ts");
    const parsed = mcpServerSchema.safeParse(server);
    if (!parsed.success) throw new TuttiError("invalid-request", `server: ${z.prettifyError(parsed.error)}`);
    const access = {
      name,
      server: parsed.data,
      secrets: resolveSecrets(name, secrets, secretFrom),
      allowHosts,
      environment: { modelsFolder, offline, hubUrl, mayRunCommands: true },
      common: { secrets },
    };
    await watchTools(access, onChange, { signal, onTrouble });
  };
}

export async function openExperts(
  { modelsFolder, offline, hubUrl, keepMs, mayRunCommands, usesTransformers, vlm }: Config,
  { store, registry }: { readonly store: ExpertStore; readonly registry: Registry },
  onError: (error: unknown, what: unknown) => void,
): Promise<Experts> {
  const directory = new ExpertDirectory({
    store,
    registry,
    standing: await standingExperts({ usesTransformers, vlm }),
    openProvider,
    environment: { modelsFolder, offline, hubUrl, mayRunCommands },
    secretOf: secretFrom,
    onError,
  });
  await directory.start();
  // No run is older than that.
  const forget = (): void => {
    const before = Date.now() - keepMs;
    registry.forget(before);
    store.forget(before).catch((error: unknown) => onError(error, "forgetting removed experts"));
  };
  const timer = setInterval(forget, FORGET_EVERY_MS).unref();
  return {
    directory,
    close() {
      clearInterval(timer);
      directory.close();
    },
  };
}
