/** A host process, who uses it, and which models it holds. */
import type { ExpertCard } from "../src/registry/expert-card.ts";
import type { HostProcess } from "./host-process.ts";
import { processMiB, type Holder, type ModelMemory } from "./model-budget.ts";

export class HostSlot implements Holder {
  readonly key: string;
  readonly host: HostProcess;
  readonly onDevice: boolean;
  /** By id of the expert: loaded, or being loaded. */
  readonly models = new Map<string, ModelMemory>();
  lastUsed = 0;
  #users = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(key: string, host: HostProcess, onDevice: boolean) {
    this.key = key;
    this.host = host;
    this.onDevice = onDevice;
  }

  get idle(): boolean {
    return this.#users === 0;
  }

  /** Main memory; what its models declare is on the device, where there is one. */
  get mib(): number {
    return processMiB(this.host.rss, this.onDevice ? [] : this.models.values());
  }

  /** MiB that its models declare. */
  get declaredMiB(): number {
    return [...this.models.values()].reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
  }

  take({ id, limits: { memoryMiB } }: ExpertCard, use: number): void {
    this.rest();
    this.#users += 1;
    this.lastUsed = use;
    if (!this.models.has(id)) this.models.set(id, { memoryMiB, measured: false });
  }

  loaded({ id, limits: { memoryMiB } }: ExpertCard): void {
    this.models.set(id, { memoryMiB, measured: true });
  }

  /** Of a model that never answered nobody knows whether it is loaded. On a device, where nothing is measured, it counts. */
  failed({ id }: ExpertCard): void {
    if (!this.onDevice && this.models.get(id)?.measured === false) this.models.delete(id);
  }

  release(): void {
    this.#users -= 1;
  }

  /** Does something after a while without use; left out, does not any more. */
  rest(then?: () => void, afterMs?: number): void {
    clearTimeout(this.#timer);
    if (then) this.#timer = setTimeout(then, afterMs).unref();
  }
}
