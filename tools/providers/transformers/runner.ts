/** How one task is done by a model that runs in this process. */
import type { PretrainedModelOptions } from "@huggingface/transformers";
import type { ExpertContext } from "../../define-expert.ts";
import type { Device } from "./device.ts";
import type { Library } from "./library.ts";
import type { ObtainedModel, Variant } from "./obtain-model.ts";
import type { TransformersSettings } from "./settings.ts";

export type Inputs = Readonly<Record<string, unknown>>;
export type Outputs = Record<string, unknown>;

/** A model whose files are here, and how the library shall load it. */
export interface ModelAccess {
  readonly library: Library;
  readonly model: ObtainedModel;
  readonly settings: TransformersSettings;
  readonly options: PretrainedModelOptions & { readonly device: Device };
}

export interface Runner {
  /** @throws TuttiError `bad-input`, `canceled`; whatever else counts as `expert-failed` */
  readonly run: (inputs: Inputs, context: ExpertContext) => Promise<Outputs>;
  /** Several in one pass, where that is cheaper. @throws where it is not known whose fault it is */
  readonly runMany?: (inputs: readonly Inputs[], contexts: readonly ExpertContext[]) => Promise<(Outputs | Error)[]>;
  readonly close: () => Promise<unknown>;
}

export interface TaskRunner {
  readonly variant: Variant;
  /** Loads the model. @throws TuttiError `expert-unavailable` where it is of a kind that can't do the task */
  readonly open: (access: ModelAccess) => Promise<Runner>;
}

/** All weights that the model's architecture has. */
export const whole: Variant = { name: "whole" };
