/** Adding up what attempts used. Pure. */
import type { Usage } from "./events.ts";

/** What is counted in tokens, as language models tell it. */
export interface TokenUsage {
  readonly inputTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cost?: number | undefined;
}

const counts = ["inputTokens", "cachedTokens", "outputTokens", "cost"] as const;

/** What nobody told stays left out. */
export function addTokens(total: Usage, more: TokenUsage): Usage {
  const told = counts.flatMap((name) => {
    const value = more[name];
    return value === undefined ? [] : [[name, (total[name] ?? 0) + value] as const];
  });
  return { ...total, ...Object.fromEntries(told) };
}
