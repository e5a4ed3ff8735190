/** Transformers.js, set so that it never uses the network: what it needs is there before it is asked. */
import { TuttiError } from "../../../src/errors.ts";

export type Library = typeof import("@huggingface/transformers");

let loading: Promise<Library> | undefined;

/** Loads it once in a process; ONNX Runtime comes with it. @throws TuttiError `expert-unavailable` */
export function loadLibrary(): Promise<Library> {
  loading ??= importLibrary();
  loading.catch(() => (loading = undefined));
  return loading;
}

async function importLibrary(): Promise<Library> {
  let library: Library;
  try {
    library = await import("@huggingface/transformers");
  } catch (error) {
    throw new TuttiError("expert-unavailable", "@huggingface/transformers can't be loaded: run npm install", {
      cause: error,
    });
  }
  const { env, LogLevel } = library;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useFSCache = false;
  env.useWasmCache = false;
  // Inputs that failed would be printed whole.
  env.logLevel = LogLevel.NONE;
  env.fetch = (url) => Promise.reject(new TuttiError("internal", `Transformers.js wants ${String(url)}`));
  return library;
}
