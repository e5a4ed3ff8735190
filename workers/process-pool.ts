/** Runs experts in child processes, one per runtime, started on demand and let go when idle or too large. */
import { TuttiError } from "../src/errors.ts";
import type { ExpertCall, ExpertResult, ExpertRunner } from "../src/ports/expert-runner.ts";
import { HostProcess } from "./host-process.ts";

export interface ProcessPoolOptions {
  /** Resident memory, MiB, above which a host is replaced once it is idle. @default 3072 */
  readonly maxHostMiB?: number;
  /** Milliseconds after which an idle host is let go. @default 600_000 */
  readonly idleMs?: number;
}

interface Slot {
  readonly host: HostProcess;
  idleTimer?: NodeJS.Timeout;
}

const MIB = 2 ** 20;
/** A call that loses its host to another call's abort is simply run again, this often. */
const MAX_COLLATERAL_RETRIES = 3;

export function createProcessPool({ maxHostMiB = 3072, idleMs = 600_000 }: ProcessPoolOptions = {}): ExpertRunner {
  const slots = new Map<string, Slot>();
  let closed = false;

  function slotFor(runtime: string): Slot {
    const known = slots.get(runtime);
    if (known) return known;
    const host = new HostProcess(runtime, () => {
      if (slots.get(runtime) === slot) slots.delete(runtime);
      clearTimeout(slot.idleTimer);
    });
    const slot: Slot = { host };
    slots.set(runtime, slot);
    return slot;
  }

  function afterCall(runtime: string, slot: Slot): void {
    if (slots.get(runtime) !== slot || slot.host.active > 0) return;
    const letGo = (): void => {
      if (slot.host.active > 0) return;
      slots.delete(runtime);
      slot.host.kill();
    };
    if (slot.host.rss > maxHostMiB * MIB) letGo();
    else slot.idleTimer = setTimeout(letGo, idleMs).unref();
  }

  async function runOnce(call: ExpertCall, signal: AbortSignal): Promise<ExpertResult> {
    for (let collateral = 0; ; collateral += 1) {
      if (closed) throw new TuttiError("shutting-down", "the worker is closing", { retryable: true });
      signal.throwIfAborted();
      const { runtime } = call.expert;
      const slot = slotFor(runtime);
      clearTimeout(slot.idleTimer);
      try {
        return await slot.host.run({ ...call, signal });
      } catch (error) {
        const bystander = slot.host.killedOnPurpose && !signal.aborted && !closed;
        if (!bystander || collateral >= MAX_COLLATERAL_RETRIES) throw error;
      } finally {
        afterCall(runtime, slot);
      }
    }
  }

  return {
    async run(call) {
      const { timeoutMs } = call.expert.limits;
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([call.signal, timeout]);
      try {
        return await runOnce(call, signal);
      } catch (error) {
        if (call.signal.aborted) throw new TuttiError("canceled", "the step was canceled", { cause: error });
        if (!timeout.aborted) throw error;
        const message = `${call.expert.id} took longer than its limit of ${timeoutMs / 1000} s`;
        throw new TuttiError("timeout", message, { cause: error, retryable: true });
      }
    },
    async close() {
      closed = true;
      await Promise.all([...slots.values()].map(({ host }) => host.close()));
    },
  };
}
