/**
 * Puts one vision-language model at the centre of a worker: it does all that can be asked of it, as one expert for each
 * task. The model runs in a host process of this worker (provider `transformers`, held once for all of its tasks) or on a
 * server beside the GPU (provider `openai`). What the tasks are is in tools/vlm/.
 */
import { TuttiError } from "../src/errors.ts";
import type { Lane } from "../src/registry/expert-card.ts";
import type { Registration } from "../src/registry/registration.ts";
import { plainMerits, vlmRegistrations } from "../tools/vlm/registrations.ts";

export interface VlmCoreOptions {
  /** Where there is a device; its memory is shared out by what the model takes. */
  readonly lane?: Exclude<Lane, "control"> | undefined;
  readonly memoryMiB?: number | undefined;
}

const FORMS = "transformers:ORG/NAME, transformers:/FOLDER, symbolic:ORG/NAME, or openai:MODEL@http://HOST/v1";

/**
 * @param choice `transformers:ORG/NAME` (or an absolute folder), `openai:MODEL@URL`, or `symbolic:ORG/NAME` for a language
 *   model that reads what programs find in a picture
 * @throws TuttiError `misconfigured`
 */
export function vlmCore(choice: string, { lane, memoryMiB }: VlmCoreOptions = {}): readonly Registration[] {
  const [, kind = "", rest = ""] = /^(\w+):(.+)$/.exec(choice.trim()) ?? [];
  const more = { ...(lane && { lane }), ...(memoryMiB !== undefined && { limits: { memoryMiB } }) };
  switch (kind) {
    case "transformers":
      return registrations(rest, "transformers", { model: rest }, plainMerits, more);
    case "symbolic": {
      // Without eyes it is worse than any that sees, and better than a sentence of detections for questions alone.
      const merits = { "visual-question-answering": 0.35, "image-text-to-text": 0.3, "image-to-text": 0.3 };
      return registrations(`${rest}/symbolic`, "transformers", { model: rest, sees: "symbolic" }, merits, more);
    }
    case "openai": {
      const at = rest.lastIndexOf("@");
      const [model, baseUrl] = [rest.slice(0, at), rest.slice(at + 1)];
      if (at <= 0 || !URL.canParse(baseUrl)) break;
      // Whoever runs the worker names the server, so it may be a private one.
      const allowHosts = [new URL(baseUrl).host];
      return registrations(model, "openai", { model, baseUrl }, plainMerits, { allowHosts, ...more });
    }
  }
  throw new TuttiError("misconfigured", `${JSON.stringify(choice)} is no vision-language model: expected ${FORMS}`);
}

function registrations(
  name: string,
  provider: "transformers" | "openai",
  settings: Readonly<Record<string, unknown>>,
  merits: Readonly<Record<string, number>>,
  more: Partial<Registration>,
): readonly Registration[] {
  const id = `vlm/${name.replaceAll(/[^A-Za-z0-9._/-]+/g, "-").replace(/^[/.-]+/, "")}`;
  return vlmRegistrations({ id, name, provider, settings, merits, more });
}
