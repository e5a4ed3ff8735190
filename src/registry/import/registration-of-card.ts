/** A model's card -> what registers it as an expert. Pure. */
import { registrationSchema, type Registration } from "../registration.ts";
import { expertIdOf } from "./expert-id.ts";
import { languageCodes } from "./language-codes.ts";
import { meritOfCard } from "./merit-of-card.ts";
import type { ModelCard } from "./model-card.ts";
import { plainDescription } from "./plain-description.ts";
import { taskOfCard } from "./task-of-card.ts";

/** Why a model becomes no expert. */
export const refusalReasons = {
  "no-task": "The card names no task.",
  "unknown-task": "Tutti has no such task.",
  "no-call": "The provider has no call for the task.",
  "bad-card": "What the card says makes no expert.",
} as const;
export type RefusalReason = keyof typeof refusalReasons;

export type CardOutcome =
  | { readonly registration: Registration; readonly refusal?: undefined }
  | { readonly refusal: RefusalReason; readonly detail: string; readonly registration?: undefined };

export interface CardContext {
  /** Tasks that there are. */
  readonly tasks: ReadonlySet<string>;
  /** Tasks that the provider can call. */
  readonly callable: ReadonlySet<string>;
}

/** What stands where nobody told the licence. */
export const NO_LICENCE = "not told";

export function registrationOfCard(card: ModelCard, { tasks, callable }: CardContext): CardOutcome {
  const task = taskOfCard(card);
  if (task === undefined) return { refusal: "no-task", detail: card.id };
  if (!tasks.has(task)) return { refusal: "unknown-task", detail: task };
  if (!callable.has(task)) return { refusal: "no-call", detail: task };
  const parsed = registrationSchema.safeParse(write(card, task));
  if (parsed.success) return { registration: parsed.data };
  const [fault] = parsed.error.issues;
  return { refusal: "bad-card", detail: `${fault?.path.join(".") ?? ""}: ${fault?.message ?? ""}` };
}

function write(card: ModelCard, task: string): unknown {
  const { id, licence, library } = card;
  const [owner, name = owner] = id.split("/");
  const description = plainDescription(card.description);
  const languages = languageCodes(card.languages);
  return {
    id: expertIdOf(id),
    task,
    title: (name === owner ? `${name}` : `${name} by ${owner}`).slice(0, 200),
    ...(description !== "" && { description }),
    provider: "huggingface",
    settings: { model: id, ...apiOf(card, task), ...languagesOf(card, task) },
    secrets: { token: { env: "HF_TOKEN" } },
    licence: { code: licence ?? NO_LICENCE },
    quality: `Not measured here; ${popularity(card)}${library === undefined ? "" : `, made with ${library}`}.`.slice(
      0,
      1000,
    ),
    merit: meritOfCard(card),
    ...(languages.length > 0 && { languages }),
  };
}

function popularity({ downloads, likes }: ModelCard): string {
  const number = new Intl.NumberFormat("en");
  return `${number.format(downloads)} downloads and ${number.format(likes)} likes on Hugging Face`;
}

/** Where those who run it run it as one that chats, its task's own call would find nobody. */
function apiOf({ servedFor = [] }: ModelCard, task: string): { readonly api?: "chat" | "task" } {
  if (task === "text-generation")
    return servedFor.length > 0 && !servedFor.includes("conversational") ? { api: "task" } : {};
  return servedFor.includes("conversational") && !servedFor.includes(task) ? { api: "chat" } : {};
}

/** Models of one pair of languages say it in their name: `opus-mt-en-fr`, or `mul-en` for many into one. */
function languagesOf({ id }: ModelCard, task: string): { readonly languages?: Record<string, string> } {
  if (task !== "translation") return {};
  const [, source = "", target = ""] = /-([a-z]{2,3})-([a-z]{2,3})$/.exec(id) ?? [];
  const [code] = languageCodes([target]);
  const isPair = source === "mul" || languageCodes([source]).length === 1;
  return code !== undefined && isPair ? { languages: { [code]: "" } } : {};
}
