/** Whether a process is computing: the only sign that says of any server, ours or not, that it has really stopped. */
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;
const LOOK_MS = 50;
/** After so many looks at an idle process it counts as stopped. */
const IDLE_LOOKS = 6;
/** Share of one processor: less is polling and waiting. */
const BUSY = 0.25;

/** Milliseconds from now until the process last computed; undefined where this system can't tell, or it never ended. */
export async function idleAfter(pid: number, limitMs: number): Promise<number | undefined> {
  const started = performance.now();
  let lastBusy = 0;
  let before = await processorTime(pid);
  let at = performance.now();
  for (let idle = 0; idle < IDLE_LOOKS;) {
    await pause(LOOK_MS);
    const [used, now] = [await processorTime(pid), performance.now()];
    if (used === undefined || before === undefined || now - started > limitMs) return undefined;
    if (used - before >= Math.max(2 * TICK_MS, BUSY * (now - at))) {
      lastBusy = now - started;
      idle = 0;
    } else idle += 1;
    [before, at] = [used, now];
  }
  return lastBusy;
}

/** Milliseconds of processor time that all threads of a process used so far. */
async function processorTime(pid: number): Promise<number | undefined> {
  const facts = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The name of the command may hold anything, so what follows it is counted from its end.
  const fields = facts?.slice(facts.lastIndexOf(")") + 2).split(" ");
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
