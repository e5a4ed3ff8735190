/** The settings, all from the environment, all checked at once. The only reader of `process.env`. */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { z } from "zod";
import { TuttiError } from "./errors.ts";

const environmentSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe("TCP port; 0 takes a free one"),
  HOST: z.string().min(1).default("127.0.0.1").describe("Address to listen on"),
  TUTTI_DATA: z.string().min(1).default("./.tutti").describe("Folder of runs and assets"),
  TUTTI_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .default(Math.max(2, availableParallelism()))
    .describe("Steps at once on the cpu lane"),
  TUTTI_LOG: z
    .enum(["auto", "pretty", "json", "off"])
    .default("auto")
    .describe("Log format; auto is pretty on a terminal, JSON lines elsewhere"),
  TUTTI_LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info").describe("Least level that is logged"),
  TUTTI_DRAIN_SECONDS: z.coerce
    .number()
    .min(0)
    .max(600)
    .default(20)
    .describe("How long a stopping server lets active steps finish"),
});

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absolute. */
  readonly dataFolder: string;
  readonly concurrency: number;
  readonly log: "auto" | "pretty" | "json" | "off";
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly drainMs: number;
  /** Where commands are looked for. */
  readonly searchPath: string;
}

/** @throws TuttiError `misconfigured`, naming every setting that is wrong */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // A blank variable is one that nobody set; as a number it would be 0.
  const trimmed = Object.entries(environment).map(([name, value]) => [name, value?.trim()] as const);
  const given = Object.fromEntries(trimmed.filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => {
      const name = issue.path.join(".");
      return `${name}=${JSON.stringify(given[name])}: ${issue.message}`;
    });
    throw new TuttiError("misconfigured", `wrong settings in the environment: ${faults.join("; ")}`);
  }
  const settings = parsed.data;
  return {
    port: settings.PORT,
    host: settings.HOST,
    dataFolder: resolve(settings.TUTTI_DATA),
    concurrency: settings.TUTTI_CONCURRENCY,
    log: settings.TUTTI_LOG,
    logLevel: settings.TUTTI_LOG_LEVEL,
    drainMs: settings.TUTTI_DRAIN_SECONDS * 1000,
    searchPath: environment["PATH"] ?? "",
  };
}

/** Name, default and meaning of every setting, for help texts. */
export function describeSettings(): readonly (readonly [name: string, fallback: string, meaning: string])[] {
  return Object.entries(environmentSchema.shape).map(([name, schema]) => {
    return [name, String(schema.parse(undefined)), schema.description ?? ""] as const;
  });
}
