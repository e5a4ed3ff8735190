/** A real redis-server for tests: on a free port, in a folder of its own, to be killed and started again. */
import { execFile, spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";
import { it } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** As a power cut would look to the process: SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same port and folder. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /**
   * Nothing acknowledged is lost when it is killed. Flushing every second would not do: while the disk is busy, Redis
   * puts off writing, and acknowledges all the same. @default false
   */
  readonly durable?: boolean;
  /** More settings, as on redis-server's command line. */
  readonly settings?: readonly string[];
}

type Server = ChildProcessByStdio<Writable, Readable, null>;

/** However the test ends, and be it with SIGKILL: its end of the pipe closes, and the server is killed. */
const ENDS_WITH_ITS_STDIN = 'redis-server "$@" & cat >/dev/null; kill -9 $!; wait';

const run = promisify(execFile);
const HOW_TO_INSTALL = "install it with your package manager (`apt-get install redis-server`, `brew install redis`)";

/** Declares the tests if there is a redis-server, or else one that is skipped, with the reason. CI must have one. */
export async function whereRedisIs(name: string, declare: () => void): Promise<void> {
  const missing = await whyMissing();
  if (missing === undefined) return declare();
  if (process.env["CI"]) throw new Error(missing);
  // oxlint-disable-next-line vitest/expect-expect -- it only says why there is nothing to expect
  it(name, (context) => context.skip(missing));
}

async function whyMissing(): Promise<string | undefined> {
  if (await isInstalled()) return undefined;
  const mayInstall = process.getuid?.() === 0;
  if (mayInstall) {
    const options = [
      "-qq",
      "-o",
      "DPkg::Lock::Timeout=120",
      "install",
      "-y",
      "--no-install-recommends",
      "redis-server",
    ];
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", options, { env: environment, timeout: 300_000 }).catch(() => {});
    if (await isInstalled()) return undefined;
  }
  const tried = mayInstall ? "and could not be installed" : "and installing it needs root";
  return `redis-server is not on the PATH ${tried}: ${HOW_TO_INSTALL}`;
}

async function isInstalled(): Promise<boolean> {
  return run("redis-server", ["--version"]).then(
    () => true,
    () => false,
  );
}

export async function startRedisServer({
  durable = false,
  settings = [],
}: RedisServerOptions = {}): Promise<RedisServer> {
  const { folder, remove } = await temporaryFolder();
  let { server, port } = await startOnFreePort();

  async function start(onPort: number): Promise<Server> {
    const persistence = durable ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
    const place = ["--port", String(onPort), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
    const settingsOfAll = [...place, ...persistence, ...settings];
    const child = spawn("sh", ["-c", ENDS_WITH_ITS_STDIN, "redis-server", ...settingsOfAll], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.includes("Ready to accept connections")) continue;
      child.stdout.resume();
      return child;
    }
    throw new Error(`redis-server did not start on port ${onPort}`);
  }

  async function startOnFreePort(): Promise<{ server: Server; port: number }> {
    // Somebody else may take the port between its being found and its being used.
    for (let tries = 1; ; tries++) {
      const free = await freePort();
      try {
        return { server: await start(free), port: free };
      } catch (error) {
        if (tries === 3) throw error;
      }
    }
  }

  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const closed = once(server, "close");
    server.stdin.end();
    await closed;
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    async restart() {
      server = await start(port);
    },
    async stop() {
      await kill();
      await remove();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
