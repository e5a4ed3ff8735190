/** Why one source did not serve. Never the end by itself: the next source may. */
export class SourceFault extends Error {
  override readonly name = "SourceFault";
}

/** The reason in a line; `fetch` hides the telling part in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(", ");
  return cause instanceof Error && !(error instanceof SourceFault) ? cause.message || error.message : error.message;
}
