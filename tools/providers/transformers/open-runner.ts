/** Loads what a registered expert needs: the library, the files, and the model on the device that works. */
import { asTuttiError, TuttiError } from "../../../src/errors.ts";
import { sizeText } from "../../../src/models/disk.ts";
import type { ProviderSetup } from "../../../src/registry/provider-setup.ts";
import type { VlmBackend } from "../../vlm/backend.ts";
import { connectVlm } from "../../vlm/connect-vlm.ts";
import { chooseDevice, type Device } from "./device.ts";
import { loadLibrary } from "./library.ts";
import { obtainModel } from "./obtain-model.ts";
import { type ModelAccess, type Runner } from "./runner.ts";
import type { TransformersSettings } from "./settings.ts";
import { openSymbolicVlm } from "../../vlm/symbolic/open.ts";
import { isAsked, ownRunner, variantOf } from "./tasks/index.ts";
import { openVlmBackend } from "./vlm/backend.ts";
import { SharedModels } from "./vlm/shared.ts";

/** Told to whoever runs the worker: downloads, and devices that are not there. */
export type Tell = (message: string) => void;

const sharedBackends = new SharedModels<VlmBackend>(async (backend) => backend.close?.());

/** @throws TuttiError `expert-unavailable` where the model can't be had or can't do the task, `unavailable` (disk) */
export async function openRunner(setup: ProviderSetup<TransformersSettings>, tell: Tell): Promise<Runner> {
  const { settings, card, task } = setup;
  const library = await loadLibrary();
  const { device, fallback } = await chooseDevice(settings.device, card.lane);
  if (fallback !== undefined) tell(`${card.id} runs on the processor. ${fallback}`);
  const runner = ownRunner(task.id);
  const variant = variantOf(task.id, settings);
  // Nobody can cancel a load; a host that is killed leaves what came so far.
  const { signal } = new AbortController();
  const model = await obtainModel(setup, { variant, device, signal, onAnnounce: tell, onProgress: everyTenth(tell) });

  const open = async (on: Device): Promise<Runner> => {
    const access: ModelAccess = { library, model, settings, options: loadOptions(settings, model.dtypes, on) };
    const isVlm = (type: string): boolean => library.AutoModelForImageTextToText.supports(type);
    if (settings.sees === "symbolic" || isAsked(task.id, model.config, isVlm)) return askedRunner(setup, access);
    if (runner) return runner.open(access);
    throw new TuttiError(
      "expert-unavailable",
      `${model.name} is no vision-language model, and only such do ${task.id}`,
    );
  };
  try {
    return await open(device);
  } catch (error) {
    if (device === "cpu") throw asLoadFault(error, model.name, task.id);
    tell(`${card.id} runs on the processor, as it can't be loaded on CUDA: ${asTuttiError(error).message}`);
    return open("cpu").catch((second: unknown) => {
      throw asLoadFault(second, model.name, task.id);
    });
  }
}

/** Captions, questions and instructions share one model. */
async function askedRunner({ task }: ProviderSetup, access: ModelAccess): Promise<Runner> {
  const { model, settings, options } = access;
  const { sees, threads, maxSide } = settings;
  const key = JSON.stringify([model.folder, model.dtypes, options.device, sees, threads, maxSide]);
  const { value, release } = await sharedBackends.borrow(key, async () =>
    sees === "symbolic" ? openSymbolicVlm(await openVlmBackend(access, false)) : openVlmBackend(access),
  );
  const { boxUnit, maxTokens } = settings;
  const expert = connectVlm(task.id, { open: () => Promise.resolve({ ...value, close: release }), boxUnit, maxTokens });
  const loaded = await expert.load();
  return {
    run: (inputs, context) => expert.run(loaded, { ...inputs }, context),
    runMany: async (inputs, contexts) => {
      const { signal } = new AbortController();
      return [
        ...((await expert.runBatch?.(
          loaded,
          inputs.map((one) => ({ ...one })),
          contexts,
          signal,
        )) ?? []),
      ];
    },
    close: async () => expert.unload?.(loaded),
  };
}

function loadOptions(
  { threads }: TransformersSettings,
  dtypes: Readonly<Record<string, string>>,
  device: Device,
): ModelAccess["options"] {
  const options: ModelAccess["options"] = {
    device,
    local_files_only: true,
    session_options: {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // The arena never gives back what the largest input needed, and spinning threads starve their neighbours.
      enableCpuMemArena: false,
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    },
  };
  return Object.assign(options, { dtype: { ...dtypes } });
}

function asLoadFault(error: unknown, model: string, task: string): Error {
  if (error instanceof TuttiError) return error;
  const told = asTuttiError(error);
  return new TuttiError("expert-unavailable", `${model} can't be loaded for ${task}: ${told.message}`, {
    cause: error,
  });
}

function everyTenth(tell: Tell): (progress: { bytes: number; total: number; file: string }) => void {
  let told = 0;
  return ({ bytes, total, file }) => {
    const tenth = total === 0 ? 10 : Math.floor((bytes / total) * 10);
    if (tenth <= told) return;
    told = tenth;
    tell(`${tenth * 10} % of ${sizeText(total)} (${file})`);
  };
}
