/** Shares and durations as people are told them. Pure. */

/** All are told only where it was all. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  return `${rounded === 100 && share < 1 ? 99 : rounded} %`;
}

export function milliseconds(value: number): string {
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

export function callCount(rounded: number): string {
  return `${rounded} ${rounded === 1 ? "call" : "calls"}`;
}
