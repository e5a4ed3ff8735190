/** Shows how a download goes: one line that changes on a terminal, a line now and then elsewhere. */
import { sizeText } from "../models/disk.ts";
import type { PullProgress } from "../models/progress.ts";

export interface PullDisplay {
  readonly progress: (progress: PullProgress) => void;
  /** Leaves the terminal on a fresh line. Calling it again has no effect. */
  readonly end: () => void;
}

/** Where it is shown. */
export type Screen = Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write">;

/** Elsewhere than on a terminal, a line for each tenth. */
const STEPS = 10;

export function showPull(id: string, screen: Screen): PullDisplay {
  let isOpen = false;
  let step = -1;
  return {
    progress: (progress) => {
      const text = progressText(id, progress);
      if (screen.isTTY) {
        // Longer than the line, it would wrap, and the next one would not cover it.
        screen.write(`\r\u001B[K${text.slice(0, Math.max(1, (screen.columns || 80) - 1))}`);
        isOpen = true;
        return;
      }
      const next = Math.floor((STEPS * progress.bytes) / progress.total);
      if (next === step) return;
      step = next;
      screen.write(`${text}\n`);
    },
    end: () => {
      if (isOpen) screen.write("\n");
      isOpen = false;
    },
  };
}

/** `qwen3-0.6b: 123.4 MB of 639.4 MB, 19 %, 12.3 MB/s, 42 s left` */
export function progressText(id: string, { bytes, total, bytesPerSecond }: PullProgress): string {
  const parts = [`${id}: ${sizeText(bytes)} of ${sizeText(total)}`, `${Math.floor((100 * bytes) / total)} %`];
  if (bytesPerSecond > 0) parts.push(`${sizeText(bytesPerSecond)}/s`);
  if (bytesPerSecond > 0 && bytes < total) parts.push(`${Math.ceil((total - bytes) / bytesPerSecond)} s left`);
  return parts.join(", ");
}
