/** A small model, what serves it, and a store for it. */
import { createHash, randomBytes } from "node:crypto";
import { afterEach } from "vitest";
import { type ModelFile, type ModelsLock, parseLock } from "../../src/models/lock-file.ts";
import { createModelStore, type ModelStore, type ModelStoreSettings } from "../../src/models/model-store.ts";
import { type FileServer, type ServedFile, startFileServer } from "../fakes/file-server.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";

const cleanings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const clean of cleanings.splice(0).toReversed()) await clean();
});

export const REPO = "owner/name";
export const REVISION = "0123456789abcdef0123456789abcdef01234567";
/** Where the hub serves a file of the model. */
export const hubPath = (file: string): string => `/${REPO}/resolve/${REVISION}/${file}`;
export const hubSource = (file: string) => ({ kind: "hub", repo: REPO, revision: REVISION, file }) as const;

/** Bytes that don't compress and don't repeat, so that a wrong offset shows. */
export const someBytes = (length = 400_000): Buffer => randomBytes(length);
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

export function lockOf(bytes: Uint8Array, sources: ModelFile["sources"], starter = false): ModelsLock {
  const file = { name: "weights.gguf", sha256: sha256(bytes), bytes: bytes.length, sources };
  return parseLock({
    version: 1,
    models: [{ id: "small", title: "Small", task: "text-generation", licence: "CC0-1.0", starter, files: [file] }],
  });
}

export async function newFolder(): Promise<string> {
  const { folder, remove } = await temporaryFolder();
  cleanings.push(remove);
  return folder;
}

export async function serve(files: Record<string, ServedFile>): Promise<FileServer> {
  const server = await startFileServer(files);
  cleanings.push(() => server.close());
  return server;
}

/** A loopback address at which nobody listens. */
export async function deadUrl(): Promise<string> {
  const server = await startFileServer({});
  await server.close();
  return server.url;
}

export async function storeFor(
  settings: Partial<ModelStoreSettings> & Pick<ModelStoreSettings, "lock">,
): Promise<ModelStore & { readonly folder: string }> {
  const folder = settings.folder ?? (await newFolder());
  // Short, so that the tests are; never the real hub.
  const deadlines = { answerMs: 400, stallMs: 400 };
  const store = createModelStore({ offline: false, hubUrl: "http://127.0.0.1:9", deadlines, ...settings, folder });
  return { ...store, folder };
}
