/** Pulls a model in a process of its own: `{settings, id}` as JSON in the first argument; prints the path, or the error. */
import { createModelStore } from "../../src/models/model-store.ts";

const { settings, id } = JSON.parse(process.argv[2] ?? "{}");
try {
  const { path } = await createModelStore(settings).ensureModel(id);
  console.log(path);
} catch (error) {
  console.log(String(error));
  process.exitCode = 1;
}
