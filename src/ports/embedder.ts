/** Turns texts into vectors of one space. */
export interface Embedder {
  /** Name of the vector space, e.g. `use-lite-512`. */
  readonly space: string;
  /** One unit-length vector per text, in order. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (readonly number[])[]>;
}
