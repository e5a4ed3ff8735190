declare module "vader-sentiment" {
  interface PolarityScores {
    /** -1 (most negative) to 1 (most positive). */
    readonly compound: number;
  }
  /** CommonJS: under `import()` the exports are those of `default`. */
  const exports: { readonly SentimentIntensityAnalyzer: { polarity_scores(text: string): PolarityScores } };
  export default exports;
}
