/** Accepts, shows and ends runs: the part of Tutti that is about runs. */
import { createHash, randomBytes } from "node:crypto";
import type { RunBook } from "../dispatch/run-book.ts";
import { TuttiError } from "../errors.ts";
import { acceptPlan } from "../plan/accept-plan.ts";
import { checkPlan, type Problem } from "../plan/check-plan.ts";
import { createGivenPlanner } from "../plan/given-plan.ts";
import { MAX_GIVEN_NODES, planInputOf, requestAssets } from "../plan/plan-input.ts";
import type { AssetStore } from "../ports/asset-store.ts";
import type { Planner } from "../ports/planner.ts";
import type { RunStore } from "../ports/run-store.ts";
import type { Registry } from "../registry/registry.ts";
import type { PlanNode } from "../run/plan-node.ts";
import type { Part, RunRequest } from "../run/request.ts";
import type { AssetId } from "../run/value.ts";
import { isFinished, type RunState } from "../run/state.ts";
import { smallPicture } from "../assets/small-picture.ts";
import { reportOf } from "./run-report.ts";
import type { PlanPreview, RunReport, SubmitOptions, Tutti } from "../tutti.ts";

const DEFAULT_DEADLINE_S = 600;
/** Nodes of a run at most, the items of mapped nodes included. */
const MAX_NODES = 2000;
const MAX_TEXT = 200_000;
const PREVIEW_LIMIT_MS = 60_000;

export interface RunServiceDependencies {
  readonly book: RunBook;
  readonly store: RunStore;
  readonly assets: AssetStore;
  readonly registry: Registry;
  readonly planner: Planner;
}

type RunFace = Pick<Tutti, "submit" | "plan" | "run" | "runs" | "wait" | "events" | "cancel">;

export function createRunService({ book, store, assets, registry, planner }: RunServiceDependencies): RunFace {
  /** @throws TuttiError `invalid-request`, `unknown-asset`, `invalid-plan` */
  async function check(tenant: string, request: RunRequest): Promise<void> {
    const parts = request.messages.filter(({ role }) => role === "user").flatMap(({ content }) => content);
    if (wordsOf(parts).trim() === "" && !request.plan && !parts.some((part) => part.type === "asset")) {
      throw new TuttiError("invalid-request", "the request is empty: send a user message with words, files, or both");
    }
    if (wordsOf(request.messages.flatMap(({ content }) => content)).length > MAX_TEXT) {
      throw new TuttiError("too-large", `the words are over ${MAX_TEXT} characters; send long texts as files`);
    }
    const known = requestAssets(request.messages);
    const found = await Promise.all(known.map(({ asset }) => assets.find(tenant, asset)));
    const missing = known.find((_, index) => !found[index]);
    if (missing)
      throw new TuttiError("unknown-asset", `there is no asset ${missing.asset}; upload it to /v1/assets first`);
    const mistaken = known.find(({ type }, index) => found[index]?.type !== type);
    if (mistaken) {
      throw new TuttiError("invalid-request", `asset ${mistaken.asset} is not of the kind ${mistaken.type}`);
    }
    if (!request.plan) return;
    const problems = checkPlan(request.plan, { tasks: registry.tasks, assets: known, maxNodes: MAX_GIVEN_NODES });
    if (problems.length > 0)
      throw new TuttiError("invalid-plan", problems.map((problem) => problem.message).join("; "));
  }

  async function stateOf(tenant: string, runId: string): Promise<RunState> {
    const state = await book.state(runId);
    if (state?.tenant === tenant) return state;
    throw new TuttiError("unknown-run", `there is no run ${runId}`);
  }

  const report = (state: RunState): Promise<RunReport> => reportOf(assets, state);

  return {
    async submit(request, { tenant, idempotencyKey }: SubmitOptions) {
      await check(tenant, request);
      // From now on the run holds them.
      const gone = await assets.touch(tenant, assetsOf(request));
      if (gone[0] !== undefined) throw new TuttiError("unknown-asset", `there is no asset ${gone[0]} any more`);
      const at = book.now();
      const runId = newRunId(at);
      const deadlineAt = at + (request.options.deadline ?? DEFAULT_DEADLINE_S) * 1000;
      const idempotency =
        idempotencyKey === undefined ? undefined : { key: idempotencyKey, fingerprint: fingerprintOf(request) };
      const created = await book.create(
        { type: "create", at, runId, tenant, request, deadlineAt, maxNodes: MAX_NODES },
        idempotency,
      );
      return stateOf(tenant, created.runId);
    },

    async plan(request, { tenant }): Promise<PlanPreview> {
      await check(tenant, request);
      const used = request.plan ? createGivenPlanner(request.plan) : planner;
      const picture = (id: AssetId, signal: AbortSignal) => smallPicture(assets, tenant, id, signal);
      const input = { ...planInputOf(request, registry.tasks), picture };
      const nodes: PlanNode[] = [];
      const problems: Problem[] = [];
      const notes: string[] = [];
      const limit = AbortSignal.timeout(PREVIEW_LIMIT_MS);
      try {
        for await (const item of acceptPlan(used, input, limit)) {
          if (item.type === "note") notes.push(item.text);
          if (item.type === "reply") notes.push(`The language model says: ${item.text}`);
          if (item.type === "node" || item.type === "refused") nodes.push(item.node);
          if (item.type === "refused") problems.push(...item.problems);
        }
      } catch (error) {
        if (!limit.aborted) throw error;
        const message = `planning took longer than ${PREVIEW_LIMIT_MS / 1000} s; ask for less at once`;
        throw new TuttiError("timeout", message, { cause: error });
      }
      return { planner: used.name, nodes, problems, notes };
    },

    run: async (tenant, runId) => report(await stateOf(tenant, runId)),

    runs: (tenant, { limit, createdBefore }) =>
      store.heads({
        tenant,
        ...(limit === undefined ? {} : { limit }),
        ...(createdBefore === undefined ? {} : { createdBefore }),
      }),

    async wait(tenant, runId, signal) {
      const before = await stateOf(tenant, runId);
      if (isFinished(before)) return report(before);
      for await (const event of store.watch(runId, before.revision, signal)) {
        if (event.type === "run-finished") break;
      }
      return report(await stateOf(tenant, runId));
    },

    async *events(tenant, runId, after, signal) {
      await stateOf(tenant, runId);
      yield* store.watch(runId, after, signal);
    },

    async cancel(tenant, runId, reason) {
      await stateOf(tenant, runId);
      return (await book.change(runId, { type: "cancel", at: book.now(), reason })).state;
    },
  };
}

function assetsOf({ messages }: RunRequest): AssetId[] {
  return requestAssets(messages).map(({ asset }) => asset);
}

function wordsOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** Sorts by time, and can't be guessed. */
function newRunId(at: number): string {
  return `r${at.toString(36)}${randomBytes(9).toString("base64url").replaceAll("-", "x")}`;
}

function fingerprintOf(request: RunRequest): string {
  return createHash("sha256").update(JSON.stringify(request)).digest("hex");
}
