/** Does work that ignores its abort hold its place for ever? */
import { describe, expect, it } from "vitest";
import { giveUpWaiting } from "../../workers/give-up-waiting.ts";

const later = <T>(value: T, milliseconds: number): Promise<T> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds, value));
const aborted = (): AbortSignal => AbortSignal.abort(new Error("stop"));

describe("waiting", () => {
  it("takes the work's own end, good or bad, as long as it comes", async () => {
    const signal = new AbortController().signal;
    await expect(giveUpWaiting(later("done", 5), signal, 1)).resolves.toBe("done");
    await expect(giveUpWaiting(Promise.reject(new Error("broken")), signal, 1)).rejects.toThrow("broken");
  });

  it("leaves work that was told to stop some time to do so in its own way", async () => {
    await expect(giveUpWaiting(later("done", 5), aborted(), 10_000)).resolves.toBe("done");
  });

  it("ends with the reason of the abort where the work does not", async () => {
    await expect(giveUpWaiting(new Promise(() => {}), aborted(), 1)).rejects.toThrow("stop");
    const controller = new AbortController();
    const waiting = giveUpWaiting(new Promise(() => {}), controller.signal, 1);
    controller.abort(new Error("stop now"));
    await expect(waiting).rejects.toThrow("stop now");
  });

  it("lets a late failure of abandoned work pass unheard", async () => {
    const unhandled: unknown[] = [];
    const hear = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", hear);
    const work = later("", 20).then(() => Promise.reject(new Error("late")));
    await expect(giveUpWaiting(work, aborted(), 1)).rejects.toThrow("stop");
    await later("", 40);
    process.off("unhandledRejection", hear);
    expect(unhandled).toEqual([]);
  });
});
