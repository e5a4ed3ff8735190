/** Does a wrong setting ever pass for a right one, or is a right one refused? */
import { devNull } from "node:os";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { describeSettings, loadConfig } from "../src/config.ts";

describe("settings", () => {
  it("have defaults for all, and none of them needs a server or a key", () => {
    expect(loadConfig({})).toMatchObject({
      port: 8080,
      host: "127.0.0.1",
      dataFolder: resolve(".tutti"),
      log: "auto",
      logLevel: "info",
      drainMs: 20_000,
      searchPath: "",
    });
    expect(loadConfig({}).concurrency).toBeGreaterThanOrEqual(2);
  });

  it("are taken from the environment, blanks around them left out", () => {
    const config = loadConfig({
      PORT: " 0 ",
      HOST: "::",
      TUTTI_DATA: "some/where",
      TUTTI_CONCURRENCY: "3",
      TUTTI_LOG: "json",
      TUTTI_LOG_LEVEL: "debug",
      TUTTI_DRAIN_SECONDS: "0.5",
      REDIS_URL: "rediss://user:secret@redis.example:6380/1",
      TUTTI_REDIS_PREFIX: "{mine}",
      TUTTI_TAKEOVER_SECONDS: "2",
      TUTTI_EXPERT_MODULES: "a/one.ts, /b/two.js,",
      TUTTI_KEEP_HOURS: "0.5",
      TUTTI_ADMIN_TOKEN: "correct-horse",
      TUTTI_GPU_CONCURRENCY: "8",
      TUTTI_DEVICES: "0:24000",
      TUTTI_MEMORY_MIB: "4096",
      TUTTI_LLM: "ollama:qwen3",
      TUTTI_LLM_FUSE: "none",
      OPENAI_API_KEY: "o",
      GEMINI_API_KEY: "g",
      OLLAMA_HOST: "box:11434",
      TUTTI_OFFLINE: "1",
      TUTTI_TRANSFORMERS: "on",
      TUTTI_FETCH: "off",
      XDG_CACHE_HOME: "/cache",
      PIP_INDEX_URL: "https://pip.example/simple",
      PIP_CONFIG_FILE: devNull,
      PATH: "/bin:/usr/bin",
      UNRELATED: "x",
    });
    expect(config).toEqual({
      port: 0,
      host: "::",
      dataFolder: resolve("some/where"),
      concurrency: 3,
      log: "json",
      logLevel: "debug",
      drainMs: 500,
      redis: { url: "rediss://user:secret@redis.example:6380/1", prefix: "{mine}" },
      takeoverMs: 2000,
      expertModules: [resolve("a/one.ts"), "/b/two.js"],
      usesTransformers: true,
      vlm: undefined,
      keepMs: 1_800_000,
      adminToken: "correct-horse",
      serverUrl: "http://127.0.0.1:0",
      expertsFolder: undefined,
      mayRunCommands: false,
      gpuConcurrency: 8,
      devices: "0:24000",
      modelMemoryMiB: 4096,
      llm: {
        all: "ollama:qwen3",
        plan: undefined,
        fuse: "none",
        select: undefined,
        vision: undefined,
        keys: {
          openai: "o",
          anthropic: undefined,
          googleGenai: "g",
          huggingface: undefined,
          compatible: undefined,
        },
        ollamaUrl: "http://box:11434",
      },
      modelsFolder: "/cache/tutti/models",
      offline: true,
      hubUrl: "https://huggingface.co",
      packageIndex: "https://pip.example/simple",
      pipFiles: [],
      fetchesUrls: false,
      searchPath: "/bin:/usr/bin",
    });
  });

  it.runIf(process.platform === "linux")("name the files of pip's configuration in pip's order", () => {
    const set = { XDG_CONFIG_DIRS: "/a:/b", XDG_CONFIG_HOME: "/home/me/.config", VIRTUAL_ENV: "/env" };
    const { pipFiles } = loadConfig(set);
    const mine = pipFiles.findIndex((file) => file.endsWith("/.pip/pip.conf"));
    expect(pipFiles.toSpliced(mine, 1)).toEqual([
      "/a/pip/pip.conf",
      "/b/pip/pip.conf",
      "/etc/pip.conf",
      "/home/me/.config/pip/pip.conf",
      "/env/pip.conf",
    ]);
    // Instead of the user's, and above all others.
    expect(loadConfig({ ...set, PIP_CONFIG_FILE: "/own.conf" }).pipFiles.slice(2)).toEqual([
      "/etc/pip.conf",
      "/env/pip.conf",
      "/own.conf",
    ]);
  });

  it("that are empty or blank are as if nobody had set them", () => {
    const blank = Object.fromEntries(describeSettings().map(([name], index) => [name, index % 2 ? "" : "  "]));
    expect(loadConfig(blank)).toEqual(loadConfig({}));
    expect(loadConfig({ PORT: undefined })).toEqual(loadConfig({}));
  });

  it.each([
    ["PORT", "eighty"],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "80.5"],
    ["TUTTI_CONCURRENCY", "0"],
    ["TUTTI_CONCURRENCY", "1e9"],
    ["TUTTI_LOG", "loud"],
    ["TUTTI_LOG_LEVEL", "INFO"],
    ["TUTTI_DRAIN_SECONDS", "-1"],
    ["TUTTI_DRAIN_SECONDS", "Infinity"],
    ["TUTTI_REDIS_PREFIX", "a b"],
    ["TUTTI_TAKEOVER_SECONDS", "0"],
    ["TUTTI_KEEP_HOURS", "0"],
    ["TUTTI_OFFLINE", "yes"],
    ["TUTTI_FETCH", "yes"],
  ])("%s=%s is refused, by name and with what was given", (name, value) => {
    expect(() => loadConfig({ [name]: value })).toThrow(
      expect.objectContaining({
        code: "misconfigured",
        message: expect.stringContaining(`${name}=${JSON.stringify(value)}`) as string,
      }),
    );
  });

  it.each(["REDIS_URL", "TUTTI_ADMIN_TOKEN"])("%s is never repeated, be it ever so wrong", (name) => {
    const load = (): unknown => loadConfig({ [name]: "s3cret" });
    expect(load).toThrow(expect.objectContaining({ message: expect.stringContaining(`${name}: `) as string }));
    expect(load).not.toThrow(/s3cret/);
  });

  it("that are wrong are all told at once", () => {
    expect(() => loadConfig({ PORT: "x", TUTTI_LOG: "y", HOST: "ok" })).toThrow(/PORT="x".*TUTTI_LOG="y"/);
  });

  it("are described, each with a default that is itself allowed", () => {
    const settings = describeSettings();
    expect(settings.map(([name]) => name)).toContain("TUTTI_DATA");
    for (const [name, fallback, meaning] of settings) {
      expect(meaning, name).not.toBe("");
      expect(loadConfig({ [name]: fallback }), name).toEqual(loadConfig({}));
    }
  });
});
