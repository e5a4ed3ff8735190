/** The command line: finds the command and turns what it throws into a message and an exit code. */
import packageJson from "../../package.json" with { type: "json" };
import { describeSettings, loadConfig } from "../config.ts";
import { TuttiError } from "../errors.ts";

/** What a command gets: its own arguments. It resolves to the exit code. */
type Command = (argv: readonly string[]) => Promise<number>;

interface Entry {
  readonly usage: string;
  readonly does: string;
  /** Imported only when called: most commands need little of the whole. */
  readonly load: () => Promise<Command>;
}

const commands: Readonly<Record<string, Entry>> = {
  serve: {
    usage: "serve",
    does: "serve HTTP until SIGTERM",
    load: async () => (await import("./serve.ts")).serve,
  },
  worker: {
    usage: "worker [--lanes cpu,gpu]",
    does: "do steps for the servers on REDIS_URL",
    load: async () => (await import("./worker.ts")).worker,
  },
  ask: {
    usage: 'ask "WORDS" [FILE...]',
    does: "send one request, in this process, and show how it goes",
    load: async () => (await import("./ask.ts")).ask,
  },
  plan: {
    usage: 'plan "WORDS" [FILE...]',
    does: "show the plan for a request without running it",
    load: async () => (await import("./plan.ts")).plan,
  },
  runs: {
    usage: "runs list | show ID | graph ID",
    does: "look at recorded runs",
    load: async () => (await import("./runs.ts")).runs,
  },
  experts: {
    usage: "experts list | add | check | import…",
    does: "list the experts, and why some can't be used; change a server's",
    load: async () => (await import("./experts.ts")).experts,
  },
  models: {
    usage: "models list | pull ID | verify | remove ID",
    does: "get and check local models",
    load: async () => {
      const { models } = await import("./models.ts");
      return (argv) => models(argv, loadConfig());
    },
  },
  eval: {
    usage: "eval plan | eval repair --help",
    does: "score a planner on cases, or mend other planners' plans",
    load: async () => (await import("./eval.ts")).evaluate,
  },
  demo: {
    usage: "demo [--lite]",
    does: "run the sample request with the sample pictures",
    load: async () => (await import("./demo.ts")).demo,
  },
  "demo-cluster": {
    usage: "demo-cluster [--runs N]",
    does: "several processes on one Redis, one of which is killed",
    load: async () => (await import("./cluster/demo-cluster.ts")).demoCluster,
  },
};

function helpText(): string {
  const rows = Object.values(commands).map(({ usage, does }) => `  ${usage.padEnd(38)} ${does}`);
  const settings = describeSettings().map(
    ([name, fallback, meaning]) => `  ${name.padEnd(20)} ${meaning} [${fallback}]`,
  );
  return [
    "Usage: tutti COMMAND [--help]",
    "",
    ...rows,
    "",
    "Settings, from the environment:",
    ...settings,
    "",
    "tutti --version prints the version.",
  ].join("\n");
}

async function main([name, ...argv]: readonly string[]): Promise<number> {
  if (name === "--version" || name === "-v") {
    console.log(`tutti ${packageJson.version}`);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(helpText());
    return 0;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!entry) {
    console.error(`tutti: there is no command ${name}. Try: tutti --help`);
    return 2;
  }
  try {
    const command = await entry.load();
    return await command(argv);
  } catch (error) {
    const [message, code] = explain(error, name);
    console.error(message);
    return code;
  }
}

/** A mistake of the caller's, and what the system refuses, is told in a sentence; a defect keeps its stack. */
function explain(error: unknown, command: string): readonly [message: unknown, exitCode: number] {
  if (!(error instanceof Error)) return [error, 1];
  const code = "code" in error ? String(error.code) : "";
  if (code.startsWith("ERR_PARSE_ARGS")) return [`tutti: ${error.message}. Try: tutti ${command} --help`, 2];
  const isExpected = (error instanceof TuttiError && error.code !== "internal") || "syscall" in error;
  return [isExpected ? `tutti: ${error.message}` : error, 1];
}

// Who reads the output may stop before its end, as `head` does: that is no fault, and there is nobody left to write for.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

// Not process.exit: what was written must reach a pipe first.
process.exitCode = await main(process.argv.slice(2));
