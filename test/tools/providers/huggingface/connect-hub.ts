/**
 * Models on a server on loopback that speaks as the hub, its router and endpoints do: written from the library's own
 * source, since none of them can be reached from where tests run.
 */
import type { TaskSpec } from "../../../../src/registry/task-spec.ts";
import { huggingfaceProvider } from "../../../../tools/providers/huggingface/index.ts";
import type { HuggingFaceSettings } from "../../../../tools/providers/huggingface/settings.ts";
import type { ProviderSetup } from "../../../../tools/providers/provider.ts";
import { makeFolder, startExpert, type Received, type Reply } from "../http/connect-http.ts";

export const TOKEN = "hf_correcthorsebattery";

export interface Written {
  readonly task: TaskSpec;
  readonly settings?: Partial<HuggingFaceSettings>;
  readonly token?: string | null;
  readonly allowHosts?: readonly string[];
  readonly timeoutMs?: number;
  readonly offline?: boolean;
}

let models = 0;

/** The library remembers who runs a model as long as the process lives: so each test has its own. */
export function newModel(): string {
  models += 1;
  return `acme/model-${models}`;
}

export function setupOf(written: Written): ProviderSetup<HuggingFaceSettings> {
  const { task, token = TOKEN, allowHosts = ["127.0.0.1"], timeoutMs = 10_000, offline = false } = written;
  const settings = huggingfaceProvider.settings.parse({ model: newModel(), ...written.settings });
  const { lane, runtime, limits } = huggingfaceProvider.defaults(settings, "huggingface/tested");
  return {
    card: {
      id: "huggingface/tested",
      version: "1",
      task: task.id,
      title: "Tested",
      provider: "huggingface",
      model: huggingfaceProvider.model(settings),
      lane,
      runtime,
      limits: { ...limits, timeoutMs },
      pure: false,
      effects: "none",
      licence: { code: "MIT" },
      quality: "Unknown.",
      merit: 0.5,
    },
    task,
    settings,
    secrets: token === null ? {} : { token },
    allowHosts,
    environment: { modelsFolder: "/nowhere", offline, hubUrl: "http://127.0.0.1:9" },
  };
}

/** One call, as a host does it. */
export async function callHub(
  written: Written,
  inputs: Record<string, unknown>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Record<string, unknown>> {
  const expert = huggingfaceProvider.connect(setupOf(written));
  return expert.run(await expert.load(), inputs, { signal, scratch: await makeFolder() });
}

/** What a hub says of who runs a model. */
export function served(task: string, provider = "hf-inference", providerId = "theirs/model"): Reply {
  return { body: { inferenceProviderMapping: { [provider]: { status: "live", providerId, task } } } };
}

/** A hub and a router in one: who runs the model, and what they answer, by path. */
export async function startHub(
  mapping: Reply,
  reply: (received: Received, count: number, url: string) => Reply,
): Promise<{ readonly settings: Partial<HuggingFaceSettings>; readonly received: readonly Received[]; url: string }> {
  let url = "";
  const { url: started, received } = await startExpert((request, count) =>
    request.path.startsWith("/api/models/") ? mapping : reply(request, count, url),
  );
  url = started;
  return { settings: { hubUrl: url, routerUrl: url }, received, url };
}

export function jsonOf(received: Received | undefined): unknown {
  return JSON.parse(received?.body.toString() ?? "");
}
