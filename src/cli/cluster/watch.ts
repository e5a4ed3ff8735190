/** Keeps track, event by event, of which worker is at which step of which run. */
import type { RunEvent, RunStatus } from "../../run/events.ts";
import { paintFor } from "../paint.ts";
import type { Child } from "./child.ts";

export interface TakenOver {
  readonly runId: string;
  /** `run 2 t3` */
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

const { dim, good, bad } = paintFor(process.stdout);

export class Watch {
  readonly #runs: readonly string[];
  readonly #children: readonly Child[];
  /** Who is at a step, by its label. */
  readonly #active = new Map<string, string>();
  readonly takenOver: TakenOver[] = [];
  readonly ends: RunStatus[] = [];
  /** Steps that have been done. */
  done = 0;
  /** Name of who began the newest step. */
  lastBegunBy = "";

  constructor(runIds: readonly string[], children: readonly Child[]) {
    this.#runs = runIds;
    this.#children = children;
  }

  /** Labels of what this worker is doing. */
  activeOf({ name }: Child): string[] {
    return [...this.#active].flatMap(([label, worker]) => (worker === name ? [label] : []));
  }

  /** What to write about an event; undefined for those that nobody needs to see. */
  lineFor(event: RunEvent): string | undefined {
    if (event.type === "run-finished") {
      this.ends.push(event.data.status);
      return `${good("■")} ${this.#run(event.runId)} ${event.data.status}`;
    }
    if (!("nodeId" in event.data) || this.#isControl(event.data.nodeId)) return undefined;
    const label = `${this.#run(event.runId)} ${event.data.nodeId}`;
    switch (event.type) {
      case "node-started":
        return this.#started(event.runId, label, this.#nameOf(event.data.worker));
      case "node-succeeded": {
        const worker = this.#active.get(label) ?? "";
        this.#active.delete(label);
        this.done += 1;
        return `  ${good("✓")} ${label} ${dim(`${worker}, ${event.data.usage.runMs ?? 0} ms`)}`;
      }
      case "attempt-failed":
        return `  ${bad("↻")} ${label} ${event.data.error.message}`;
      case "node-failed":
        this.#active.delete(label);
        return `  ${bad("✗")} ${label} ${event.data.error.message}`;
      default:
        return undefined;
    }
  }

  /** The text with the workers' ids told as their names here. */
  withNames(text: string): string {
    return this.#children.reduce((named, { pid, name }) => named.replaceAll(workerIdOf(pid), name), text);
  }

  #started(runId: string, label: string, worker: string): string {
    const before = this.#active.get(label);
    this.#active.set(label, worker);
    this.lastBegunBy = worker;
    if (before === undefined) return dim(`  … ${label} ${worker}`);
    this.takenOver.push({ runId, label, from: before, to: worker });
    return `  ${good("⇄")} ${label} taken over from ${before} by ${worker}`;
  }

  #run(runId: string): string {
    return `run ${this.#runs.indexOf(runId) + 1}`;
  }

  #isControl(nodeId: string): boolean {
    return nodeId === "plan" || nodeId === "answer";
  }

  #nameOf(workerId: string): string {
    return this.#children.find(({ pid }) => workerIdOf(pid).test(workerId))?.name ?? workerId;
  }
}

/** Ids are `host-pid-random`. */
function workerIdOf(pid: number): RegExp {
  return new RegExp(`[\\w.-]+-${pid}-[0-9a-f]+`, "g");
}
