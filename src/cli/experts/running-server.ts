/** The experts of a running server, over its HTTP interface. */
import { z } from "zod";
import type { Config } from "../../config.ts";
import { errorCodes, TuttiError, type ErrorCode } from "../../errors.ts";
import { checkViewSchema, expertListSchema, expertViewSchema, type ExpertView } from "../../http/schemas-catalogue.ts";

export interface RunningServer {
  /** Undefined where no server answers. */
  listIfThere(): Promise<readonly ExpertView[] | undefined>;
  register(
    registration: { readonly id: string },
    options: { readonly replace: boolean; readonly unverified: boolean; readonly trial?: boolean },
  ): Promise<ExpertView>;
  check(id: string): Promise<z.infer<typeof checkViewSchema>>;
  remove(id: string): Promise<void>;
}

/** A trial call may have to load a model first. */
const LIMIT_MS = 300_000;
const LIST_LIMIT_MS = 5000;

const problemSchema = z.object({ code: z.string(), detail: z.string() });

/** All but `listIfThere` throw TuttiError: `unavailable` where no server answers, else what it answers. */
export function openServer({ serverUrl, adminToken }: Pick<Config, "serverUrl" | "adminToken">): RunningServer {
  async function ask(method: string, path: string, body?: unknown, limitMs = LIMIT_MS): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${serverUrl}${path}`, {
        method,
        headers: {
          ...(adminToken !== undefined && { authorization: `Bearer ${adminToken}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(limitMs),
      });
    } catch (error) {
      const message = `no Tutti answers at ${serverUrl}: start one with tutti serve, or say where it is in TUTTI_URL`;
      throw new TuttiError("unavailable", message, { cause: error });
    }
    if (response.status === 204) return undefined;
    const content: unknown = await response.json().catch(() => undefined);
    if (response.ok) return content;
    const problem = problemSchema.safeParse(content).data;
    const message = problem?.detail ?? `${serverUrl} answered ${response.status}`;
    throw new TuttiError(isCode(problem?.code) ? problem.code : "unavailable", message);
  }

  return {
    async listIfThere() {
      try {
        const experts: ExpertView[] = [];
        for (let path: string | undefined = "/v1/experts"; path !== undefined;) {
          const page = expertListSchema.parse(await ask("GET", path, undefined, LIST_LIMIT_MS));
          experts.push(...page.experts);
          const next = page.next === undefined ? undefined : new URL(page.next, serverUrl);
          path = next && `/v1/experts${next.search}`;
        }
        return experts;
      } catch {
        return undefined;
      }
    },
    async register(registration, { replace, unverified, trial = true }) {
      const query = trial ? (unverified ? "?unverified=true" : "") : "?trial=false";
      const [method, path] = replace ? ["PUT", pathOf(registration.id)] : ["POST", "/v1/experts"];
      return expertViewSchema.parse(await ask(method, path + query, registration));
    },
    check: async (id) => checkViewSchema.parse(await ask("POST", `${pathOf(id)}/check`)),
    async remove(id) {
      await ask("DELETE", pathOf(id));
    },
  };
}

function pathOf(id: string): string {
  return `/v1/experts/${encodeURIComponent(id)}`;
}

function isCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(errorCodes, code);
}
