/** One vision-language model as several experts: one for each task that it is good at. */
import { registrationSchema, type Registration } from "../../src/registry/registration.ts";
import { vlmTasks } from "./tasks/index.ts";

export interface VlmRegistrationOptions {
  /** Starts the ids: `transformers/smolvlm-256m` gives `transformers/smolvlm-256m/image-to-text`. */
  readonly id: string;
  /** As people call the model. */
  readonly name: string;
  readonly provider: Registration["provider"];
  readonly settings: Readonly<Record<string, unknown>>;
  /** How good it is at what, 0 to 1; tasks that are left out are not registered. */
  readonly merits: Readonly<Record<string, number>>;
  /** Whatever else a registration may say. */
  readonly more?: Partial<Registration> | undefined;
}

const titles: Readonly<Record<string, string>> = {
  "image-to-text": "Captions",
  "visual-question-answering": "Questions about pictures",
  "document-question-answering": "Questions about documents",
  "image-text-to-text": "Instructions about pictures",
  "zero-shot-image-classification": "Pictures under given categories",
  "zero-shot-object-detection": "Things by their names",
  "object-detection": "Things in pictures",
};

/** For a model that is not known any better. It can't be relied on for places: few models learned to tell them. */
export const plainMerits: Readonly<Record<string, number>> = {
  "image-to-text": 0.7,
  "visual-question-answering": 0.7,
  "document-question-answering": 0.65,
  "image-text-to-text": 0.7,
  "zero-shot-image-classification": 0.5,
  "zero-shot-object-detection": 0.4,
};

/** The same input gives the same answer: answers are never drawn by lot. */
export function vlmRegistrations({
  id,
  name,
  provider,
  settings,
  merits,
  more,
}: VlmRegistrationOptions): readonly Registration[] {
  return [...vlmTasks.keys()].flatMap((task) => {
    const merit = merits[task];
    if (merit === undefined) return [];
    const title = `${titles[task] ?? task} (${name})`;
    return [
      registrationSchema.parse({ pure: true, ...more, id: `${id}/${task}`, task, title, provider, settings, merit }),
    ];
  });
}
