/** The library, loaded when it is first used. */

export type Library = typeof import("@huggingface/inference");

const silent = (): void => {};

export async function loadLibrary(): Promise<Library> {
  const library = await import("@huggingface/inference");
  // It tells the console which provider it chose, for every call.
  library.setLogger({ debug: silent, info: silent, warn: silent, error: silent, log: silent });
  return library;
}
