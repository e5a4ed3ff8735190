/** Everything about one planning with a language model that its stages share. */
import type { JsonSchema, LanguageModel, ModelMessage } from "../../ports/language-model.ts";
import type { CatalogueTask, PlanInput } from "../../ports/planner.ts";
import { demoMessages, requestText, systemMessage } from "./build-prompt.ts";
import { type Collector, createCollector } from "./collect-steps.ts";
import { formDemo } from "./form-demo.ts";
import { handlesOf, type Handles } from "./handles.ts";
import type { PlanPrompts } from "./load-prompts.ts";
import type { createDemoPicker } from "./pick-demos.ts";
import { planSchema } from "./plan-schema.ts";
import type { PlanningEvent } from "./planning-event.ts";
import { replanText } from "./replan-text.ts";
import { showPictures } from "./show-pictures.ts";
import { CHARACTERS_PER_TOKEN, type Shortlist } from "./shortlist.ts";

export interface SessionOptions {
  readonly model: LanguageModel;
  readonly prompts: PlanPrompts;
  readonly shortlist: Shortlist;
  readonly pickDemos: ReturnType<typeof createDemoPicker>;
  readonly catalogueCharacters: number;
  readonly demos: number;
  readonly maxTokens: number;
  readonly constrained: boolean;
  readonly showsPictures: boolean;
  readonly onEvent: (event: PlanningEvent) => void;
}

export interface Session {
  readonly model: LanguageModel;
  readonly prompts: PlanPrompts;
  readonly input: PlanInput;
  readonly signal: AbortSignal;
  readonly handles: Handles;
  readonly collector: Collector;
  /**
   * What the model is told: rules, tools and demonstrations, which are the same for every request, then the request
   * with its pictures, as both planning and repair begin, and what more there is to say.
   */
  readonly messages: (more?: string) => readonly ModelMessage[];
  /** What the reader of the run should know of all this. */
  readonly notes: readonly string[];
  readonly schema: (maxSteps: number) => JsonSchema | undefined;
  readonly maxTokens: number;
  readonly onEvent: (event: PlanningEvent) => void;
}

/** Of what a model can read, the part that the catalogue may take, and that an answer may take. */
const shares = { catalogue: 0.4, answer: 0.25 } as const;

export async function openSession(options: SessionOptions, input: PlanInput, signal: AbortSignal): Promise<Session> {
  const { model, prompts, onEvent, constrained } = options;
  const handles = handlesOf(input);
  const collector = createCollector(input, handles);
  const room = (model.contextTokens ?? Number.POSITIVE_INFINITY) * CHARACTERS_PER_TOKEN * shares.catalogue;
  const available = await availableTasks(options, input, {
    characters: Math.min(options.catalogueCharacters, room),
    signal,
  });
  const { fixed, similar } = await options.pickDemos(input.text, available, options.demos, signal);
  const form = fixed.some(({ plan }) => plan.steps.length > 0) ? undefined : formDemo(available);
  const prefix = [
    systemMessage(prompts, available, input.tasks),
    ...demoMessages(prompts, [...(form ? [form] : []), ...fixed]),
    ...demoMessages(prompts, similar),
  ];
  const request = [requestText(prompts, input, handles), ...replanText(prompts, input, { handles, collector })];
  const shown = options.showsPictures ? await showPictures(prompts, input, model, signal) : { parts: [], notes: [] };
  const answerRoom = Math.floor((model.contextTokens ?? Number.POSITIVE_INFINITY) * shares.answer);
  return {
    model,
    prompts,
    input,
    signal,
    handles,
    collector,
    messages: (...more) => {
      const text = [...request, ...more].join("\n\n");
      const content = shown.parts.length === 0 ? text : [...shown.parts, { type: "text", text } as const];
      return [...prefix, { role: "user", content }];
    },
    notes: shown.notes,
    schema: (maxSteps) =>
      constrained
        ? planSchema({
            tasks: available,
            handles: handles.values(),
            steps: collector.accepted().map(({ id }) => id),
            maxSteps,
          })
        : undefined,
    maxTokens: Math.min(options.maxTokens, answerRoom),
    onEvent,
  };
}

/** By catalogue, so that what is prepared for one is found again: the array of available tasks must be the same one. */
const availableOf = new WeakMap<readonly CatalogueTask[], readonly CatalogueTask[]>();

async function availableTasks(
  { shortlist }: SessionOptions,
  { tasks, text, history }: PlanInput,
  { characters, signal }: { readonly characters: number; readonly signal: AbortSignal },
): Promise<CatalogueTask[]> {
  const available = availableOf.get(tasks) ?? tasks.filter(({ unavailable }) => unavailable === undefined);
  availableOf.set(tasks, available);
  // "and the other one, too": what is asked for may have been said before.
  const said = history.filter(({ role }) => role === "user").at(-1)?.text ?? "";
  return shortlist.pick(`${text}\n${said.slice(0, 500)}`, available, { characters }, signal);
}
