/** The shape of a built-in expert: a card, a way to load its model, and a typed function. */
import type { ExpertCard } from "../src/registry/expert-card.ts";
import type { TaskSpec } from "../src/registry/task-spec.ts";
import type { TokenUsage } from "../src/run/usage.ts";
import type { Detection, Embedding, Label, Table, ValueType } from "../src/run/value.ts";

/** An input file as an expert sees it: a readable local path. Never write to it. */
export interface InputFile {
  readonly path: string;
  readonly mediaType: string;
  /** The name under which people know it, e.g. `coffee.png`. */
  readonly name: string;
}

/** A file that an expert made, in the folder that {@link ExpertContext.scratch} names. */
export interface OutputFile {
  readonly path: string;
  readonly mediaType: string;
  readonly name: string;
}

interface NativeData {
  text: string;
  number: number;
  boolean: boolean;
  json: unknown;
  boxes: readonly Detection[];
  labels: readonly Label[];
  table: Table;
  embedding: Embedding;
}

/** A value type as an expert's function sees it; `File` is InputFile or OutputFile. */
export type Native<T extends ValueType, File> = T extends keyof NativeData
  ? NativeData[T]
  : T extends { readonly list: infer Item extends ValueType }
    ? readonly Native<Item, File>[]
    : File;

type OptionalKeys<P> = { [K in keyof P]: P[K] extends { readonly optional: true } ? K : never }[keyof P];

/** Inputs of a task as its experts receive them. */
export type InputsOf<T extends TaskSpec> = {
  readonly [K in Exclude<keyof T["inputs"], OptionalKeys<T["inputs"]>>]: Native<T["inputs"][K]["type"], InputFile>;
} & {
  readonly [K in OptionalKeys<T["inputs"]>]?: Native<T["inputs"][K]["type"], InputFile>;
};

/** Outputs of a task as its experts return them. */
export type OutputsOf<T extends TaskSpec> = {
  readonly [K in keyof T["outputs"]]: Native<T["outputs"][K]["type"], OutputFile>;
};

export interface ExpertContext {
  /** Aborted when the node is canceled or out of time. Check it between slow steps. */
  readonly signal: AbortSignal;
  /** An empty folder of this call; files that are returned are taken from it, the rest is deleted. */
  readonly scratch: string;
  /** Takes what a call used in tokens or money, where somebody tells; several calls add up. */
  readonly usage?: (usage: TokenUsage) => void;
}

export interface ExpertDefinition<T extends TaskSpec, Model> {
  readonly task: T;
  /** `task` is filled in from the task itself. */
  readonly card: Omit<ExpertCard, "task">;
  /** Loads the model once per process. Heavy packages are imported here, not at the top of the file. */
  readonly load: () => Promise<Model>;
  /**
   * Does one call.
   * @throws TuttiError `bad-input` where the input itself is at fault; anything else counts as `expert-failed`.
   */
  readonly run: (model: Model, inputs: InputsOf<T>, context: ExpertContext) => Promise<OutputsOf<T>>;
  /**
   * Does several calls in one, where `limits.batch` of the card says how many: an output per input, in order, or an
   * error for one that is at fault. An input whose own signal is aborted may be left out: any error takes its place. The
   * last signal aborts when none is wanted any more.
   * @throws where it is not known whose fault it is: halves are tried, down to single inputs, which go to `run`. An
   *   error that says `out of memory` also makes later batches smaller.
   */
  readonly runBatch?: (
    model: Model,
    inputs: readonly InputsOf<T>[],
    contexts: readonly ExpertContext[],
    signal: AbortSignal,
  ) => Promise<readonly (OutputsOf<T> | Error)[]>;
}

/** An expert whose types have been checked and are no longer needed: what a worker holds. */
export interface Expert {
  readonly card: ExpertCard;
  readonly task: TaskSpec;
  readonly load: () => Promise<unknown>;
  readonly run: (
    model: unknown,
    inputs: Record<string, unknown>,
    context: ExpertContext,
  ) => Promise<Record<string, unknown>>;
  readonly runBatch?: (
    model: unknown,
    inputs: readonly Record<string, unknown>[],
    contexts: readonly ExpertContext[],
    signal: AbortSignal,
  ) => Promise<readonly (Record<string, unknown> | Error)[]>;
  /** Lets go of what a loaded model holds beside memory: connections, processes. */
  readonly unload?: (model: unknown) => Promise<void>;
}

/**
 * Checks a definition against its task's types and erases them for the worker.
 * @throws where the card promises batches and the expert has no `runBatch`, or the other way round
 */
export function defineExpert<T extends TaskSpec, Model>(definition: ExpertDefinition<T, Model>): Expert {
  const { task, card, load, run, runBatch } = definition;
  if ((card.limits.batch === undefined) !== (runBatch === undefined)) {
    throw new Error(`${card.id}: limits.batch and runBatch go together`);
  }
  // The worker decodes inputs by the task's own types before it calls, so these casts restate what was checked.
  /* oxlint-disable typescript/no-unsafe-type-assertion */
  return {
    task,
    card: { ...card, task: task.id },
    load,
    run: (model, inputs, context) => run(model as Model, inputs as InputsOf<T>, context),
    ...(runBatch && {
      runBatch: (model, inputs, contexts, signal) =>
        runBatch(model as Model, inputs as readonly InputsOf<T>[], contexts, signal),
    }),
  };
  /* oxlint-enable typescript/no-unsafe-type-assertion */
}
