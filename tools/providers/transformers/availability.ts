/** Whether a model could be used here, without loading it; told within two seconds. */
import { isAbsolute } from "node:path";
import { TuttiError } from "../../../src/errors.ts";
import { reasonOf } from "../../../src/models/source-fault.ts";
import { openHub } from "./hub/hub.ts";
import { ownFolder, wasPulled, whyOffline, type ModelSetup } from "./obtain-model.ts";
import { variantOf } from "./tasks/index.ts";

/** Milliseconds. */
const REMEMBERED_MS = 60_000;
const ANSWER_MS = 1900;

interface Reach {
  readonly at: number;
  /** Undefined: it answers. */
  readonly why: Promise<string | undefined>;
}

/** By the hub's address: whether it answers is one question, however many models come from there. */
const reached = new Map<string, Reach>();

export async function whyUnavailable(setup: ModelSetup, taskId: string): Promise<string | undefined> {
  const { settings, environment } = setup;
  if ((await ownFolder(setup)) !== undefined) return undefined;
  if (isAbsolute(settings.model)) return `there is no config.json in ${settings.model}`;
  if (await wasPulled(setup, variantOf(taskId, setup.settings))) return undefined;
  if (environment.offline) return whyOffline(setup);
  return whyUnreachable(setup);
}

/** Also whether the hub has the model, and gives it. @throws TuttiError `expert-unavailable` */
export async function probeModel(setup: ModelSetup, taskId: string, signal: AbortSignal): Promise<void> {
  const why = await whyUnavailable(setup, taskId);
  if (why !== undefined) throw new TuttiError("expert-unavailable", why);
  const { settings, secrets, allowHosts, environment } = setup;
  if ((await ownFolder(setup)) !== undefined) return;
  if (await wasPulled(setup, variantOf(taskId, setup.settings))) return;
  const hub = openHub({ hubUrl: environment.hubUrl, allowHosts, token: secrets["token"] });
  await hub.describe(settings, signal);
}

function whyUnreachable({ environment: { hubUrl }, allowHosts }: ModelSetup): Promise<string | undefined> {
  const now = performance.now();
  const known = reached.get(hubUrl);
  if (known && now - known.at < REMEMBERED_MS) return known.why;
  const why = ask(hubUrl, allowHosts);
  reached.set(hubUrl, { at: now, why });
  return why;
}

async function ask(hubUrl: string, allowHosts: readonly string[]): Promise<string | undefined> {
  const { host } = new URL(hubUrl);
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    await openHub({ hubUrl, allowHosts }).reach(signal);
    return undefined;
  } catch (error) {
    const reason = signal.aborted ? `${host} did not answer in time` : reasonOf(error);
    return `hub not reachable: ${reason.includes(host) ? reason : `${host}: ${reason}`}`;
  }
}
