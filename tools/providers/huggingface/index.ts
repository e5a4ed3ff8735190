/** Models of the Hugging Face hub, run by one of its inference providers or on an endpoint of one's own. */
import { TuttiError } from "../../../src/errors.ts";
import { readAllowList } from "../../../src/net/allow-list.ts";
import { checkUrl } from "../../../src/net/check-url.ts";
import { connectVlm } from "../../vlm/connect-vlm.ts";
import { vlmTasks } from "../../vlm/tasks/index.ts";
import type { ConnectedExpert, Provider, ProviderSetup } from "../provider.ts";
import { connectionTo } from "./call.ts";
import { chat, chatBackend } from "./chat.ts";
import { loadLibrary } from "./library.ts";
import { probe } from "./probe.ts";
import { huggingfaceSettingsSchema, type HuggingFaceSettings } from "./settings.ts";
import { taskCalls } from "./tasks/index.ts";
import type { CallTask } from "./tasks/task-call.ts";

/** Of Tutti's tasks, those that can be called. */
export const huggingfaceTasks: ReadonlySet<string> = new Set([...taskCalls.keys(), ...vlmTasks.keys()]);

export const huggingfaceProvider: Provider<HuggingFaceSettings> = {
  id: "huggingface",
  settings: huggingfaceSettingsSchema,
  defaults: () => ({
    lane: "remote",
    runtime: "huggingface",
    limits: { timeoutMs: 120_000, concurrency: 4, memoryMiB: 64 },
  }),
  model: ({ model }) => model,
  connect,
  probe,
  whyUnavailable: (setup) => Promise.resolve(whyUnavailable(setup)),
};

function connect(setup: ProviderSetup<HuggingFaceSettings>): ConnectedExpert {
  const { task, settings } = setup;
  if (!huggingfaceTasks.has(task.id)) {
    const known = [...huggingfaceTasks].toSorted().join(", ");
    throw new TuttiError("bad-input", `huggingface has no call for ${task.id}; it has for ${known}`);
  }
  if (settings.endpointUrl !== undefined && task.id === "text-to-video") {
    throw new TuttiError(
      "bad-input",
      "the library has no call for text-to-video on an endpoint; name a settings.provider",
    );
  }
  assertReachable(setup);
  const connection = connectionTo(setup);
  const { api = apiOf(task.id) } = settings;
  if (api === "chat" && task.id !== "text-generation") {
    return connectVlm(task.id, { open: async () => chatBackend(await loadLibrary(), connection) });
  }
  const callTask = api === "chat" ? callChat : taskCalls.get(task.id);
  if (!callTask) throw new TuttiError("bad-input", `${task.id} takes a model that chats: settings.api "chat"`);
  const { parameters } = settings;
  const more = Object.keys(parameters).length === 0 ? {} : { parameters };
  return {
    load: loadLibrary,
    run: async (_model, inputs, context) =>
      connection.call(await loadLibrary(), context.signal, async (call) => ({
        ...(await callTask({ ...call, ...context, args: { ...call.target, ...more } }, inputs)),
      })),
  };
}

/** Of what writes text, nearly all that is run for others chats. */
function apiOf(task: string): "task" | "chat" {
  return taskCalls.has(task) && task !== "text-generation" ? "task" : "chat";
}

const callChat: CallTask = async (call, { text }) => ({
  text: await chat(call, [{ role: "user", content: String(text) }]),
});

/** @throws TuttiError `bad-input` */
function assertReachable({ settings, allowHosts }: ProviderSetup<HuggingFaceSettings>): void {
  const { endpointUrl, hubUrl, routerUrl } = settings;
  try {
    const allow = readAllowList(allowHosts);
    for (const url of [endpointUrl, hubUrl, routerUrl]) if (url !== undefined) checkUrl(url, { allow });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new TuttiError("bad-input", `settings, with allowHosts: ${message}`, { cause: error });
  }
}

function whyUnavailable({ settings, secrets, environment }: ProviderSetup<HuggingFaceSettings>): string | undefined {
  const { endpointUrl, provider = "auto" } = settings;
  if (endpointUrl !== undefined) return undefined;
  const token = secrets["token"];
  if (token === undefined) {
    return "it needs a token: set secrets.token, to one from https://huggingface.co/settings/tokens that may call Inference Providers, or to a key of settings.provider";
  }
  if (provider === "auto" && !token.startsWith("hf_")) {
    return "auto takes a token of Hugging Face (hf_...); name the provider whose key it is in settings.provider";
  }
  return environment.offline ? "TUTTI_OFFLINE is set, and this model is run elsewhere: unset it" : undefined;
}
