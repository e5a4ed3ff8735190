/**
 * The child processes: one per runtime, and one per runtime on the device; started on demand, and let go when they are
 * idle for long, too large, or in the way of a model that needs their memory.
 */
import { TuttiError } from "../src/errors.ts";
import type { Device } from "../src/ports/device-lease.ts";
import type { ExpertCard } from "../src/registry/expert-card.ts";
import { HostProcess } from "./host-process.ts";
import { HostSlot } from "./host-slot.ts";
import { makeRoom } from "./model-budget.ts";
import { RoomLine } from "./room-line.ts";

export interface HostPoolOptions {
  /** Resident memory, MiB, above which a host is replaced once it is idle. */
  readonly maxHostMiB: number;
  /** Milliseconds after which an idle host is let go. */
  readonly idleMs: number;
  /** MiB that the hosts may take together. */
  readonly maxMemoryMiB: number;
  readonly modules: readonly URL[];
  readonly device: Device | undefined;
  readonly warn: (message: string) => void;
}

const MIB = 2 ** 20;

export class HostPool {
  readonly #options: HostPoolOptions;
  readonly #slots = new Map<string, HostSlot>();
  readonly #line = new RoomLine((expert) => this.#take(expert));
  #uses = 0;
  #closed = false;

  constructor(options: HostPoolOptions) {
    this.#options = options;
  }

  /** Ids of the experts whose models are on the device. */
  get loadedOnDevice(): readonly string[] {
    return this.#onDevice().flatMap((slot) => [...slot.models.keys()]);
  }

  /**
   * Works with a host that has room for the expert's model.
   * @param items of the call; their memory counts on a device
   * @throws TuttiError `timeout` where there was no room within the expert's time limit
   */
  async use<R>(
    expert: ExpertCard,
    items: number,
    signal: AbortSignal,
    work: (host: HostProcess) => Promise<R>,
  ): Promise<R> {
    const { device } = this.#options;
    const slot =
      expert.lane === "gpu" && device
        ? this.#takeOnDevice(expert, items, device)
        : await this.#takeOrWait(expert, signal);
    try {
      const result = await work(slot.host);
      slot.loaded(expert);
      return result;
    } catch (error) {
      slot.failed(expert);
      throw error;
    } finally {
      this.#release(slot);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#line.rejectAll(closing());
    await Promise.all([...this.#slots.values()].map(({ host }) => host.close()));
  }

  async #takeOrWait(expert: ExpertCard, signal: AbortSignal): Promise<HostSlot> {
    if (this.#closed) throw closing();
    const mayTry = this.#line.isEmpty || (this.#line.mayBeOvertaken && this.#isLoaded(expert));
    return (mayTry ? this.#take(expert) : undefined) ?? this.#line.wait(expert, signal);
  }

  #isLoaded(expert: ExpertCard): boolean {
    return this.#slots.get(expert.runtime)?.models.has(expert.id) ?? false;
  }

  /** @returns undefined where there is no room now */
  #take(expert: ExpertCard): HostSlot | undefined {
    if (!this.#isLoaded(expert)) {
      const { memoryMiB } = expert.limits;
      const { maxMemoryMiB, warn } = this.#options;
      const leaving = makeRoom([...this.#slots.values()], memoryMiB, maxMemoryMiB);
      if (!leaving) return undefined;
      for (const slot of leaving) this.#letGo(slot);
      if (memoryMiB > maxMemoryMiB) {
        warn(
          `${expert.id} needs ${memoryMiB} MiB, which is more than the ${maxMemoryMiB} MiB for all models; it runs alone`,
        );
      }
    }
    return this.#slotFor(expert, expert.runtime);
  }

  /** Only one call at a time is on the device, so that all others there are idle. */
  #takeOnDevice(expert: ExpertCard, items: number, device: Device): HostSlot {
    if (this.#closed) throw closing();
    const key = `${expert.runtime} on ${device.name}`;
    const own = this.#slots.get(key);
    const { memoryMiB, batch } = expert.limits;
    const need = (own?.models.has(expert.id) ? 0 : memoryMiB) + (batch?.memoryMiB ?? 0) * items;
    const holders = this.#onDevice().map((slot) => {
      return { slot, mib: slot.declaredMiB, idle: slot !== own, lastUsed: slot.lastUsed };
    });
    const leaving = makeRoom(holders, need, device.memoryMiB) ?? holders;
    for (const { slot } of leaving) this.#letGo(slot);
    return this.#slotFor(expert, key, device);
  }

  #onDevice(): readonly HostSlot[] {
    return [...this.#slots.values()].filter((slot) => slot.onDevice);
  }

  #slotFor(expert: ExpertCard, key: string, device?: Device): HostSlot {
    const slot = this.#slots.get(key) ?? this.#start(expert.runtime, key, device);
    slot.take(expert, (this.#uses += 1));
    return slot;
  }

  #start(runtime: string, key: string, device?: Device): HostSlot {
    const { modules } = this.#options;
    const onGone = (): void => {
      slot.rest();
      if (this.#slots.get(key) !== slot) return;
      this.#slots.delete(key);
      this.#line.offer();
    };
    const slot: HostSlot = new HostSlot(
      key,
      new HostProcess({ runtime, modules, device: device?.name, onGone }),
      device !== undefined,
    );
    this.#slots.set(key, slot);
    return slot;
  }

  #release(slot: HostSlot): void {
    const { maxHostMiB, idleMs } = this.#options;
    slot.release();
    if (slot.idle && this.#slots.get(slot.key) === slot) {
      if (slot.host.rss > maxHostMiB * MIB) this.#letGo(slot);
      else slot.rest(() => this.#letGo(slot), idleMs);
    }
    this.#line.offer();
  }

  #letGo(slot: HostSlot): void {
    if (!slot.idle) return;
    slot.rest();
    this.#slots.delete(slot.key);
    slot.host.kill();
  }
}

function closing(): TuttiError {
  return new TuttiError("shutting-down", "the worker is closing", { retryable: true });
}
