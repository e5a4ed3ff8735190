/** What is known of a model before it is an expert, wherever it was read. */
export interface ModelCard {
  /** `OWNER/NAME`, or `NAME` for some old ones. */
  readonly id: string;
  /** The hub's name of what it does. */
  readonly task?: string | undefined;
  readonly licence?: string | undefined;
  /** As they stand on the card. */
  readonly languages: readonly string[];
  readonly tags: readonly string[];
  readonly downloads: number;
  readonly likes: number;
  /** Markdown of anybody's. */
  readonly description: string;
  /** The software that it was made with. */
  readonly library?: string | undefined;
  /** The tasks as which somebody runs it now; undefined where that is not known. */
  readonly servedFor?: readonly string[] | undefined;
}
