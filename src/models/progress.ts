/** How far a download is, and how fast. */

export interface PullProgress {
  /** Of the whole model, files that were there included. */
  readonly bytes: number;
  readonly total: number;
  /** Over the last seconds; 0 until it can be told. */
  readonly bytesPerSecond: number;
  readonly file: string;
}

const WINDOW_MS = 5000;
const REPORT_EVERY_MS = 100;

/** Measures the rate over the last few seconds, and reports at most ten times a second, and the end. */
export function progressMeter(
  total: number,
  report: (progress: PullProgress) => void,
  now: () => number = () => performance.now(),
): (bytes: number, file: string) => void {
  let marks: { readonly at: number; readonly bytes: number }[] = [];
  let reported = -Infinity;
  return (bytes, file) => {
    const at = now();
    // Gone back: what was measured before says nothing about what comes now.
    if (bytes < (marks.at(-1)?.bytes ?? 0)) marks = [];
    if (at - reported < REPORT_EVERY_MS && bytes < total) return;
    reported = at;
    marks = [...marks.filter((mark) => at - mark.at <= WINDOW_MS), { at, bytes }];
    const first = marks[0];
    const elapsed = first ? at - first.at : 0;
    report({ bytes, total, file, bytesPerSecond: first && elapsed > 0 ? ((bytes - first.bytes) / elapsed) * 1000 : 0 });
  };
}
