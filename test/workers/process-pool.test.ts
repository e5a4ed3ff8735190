/** Does an expert run in a process of its own that can die, hang or be killed without taking anybody along? */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExpertCall, ExpertRunner } from "../../src/ports/expert-runner.ts";
import { imageGrayscaleExpert } from "../../tools/builtin/image-grayscale.ts";
import { sentimentAnalysisExpert } from "../../tools/builtin/sentiment-analysis.ts";
import { textToSpeechExpert } from "../../tools/builtin/text-to-speech.ts";
import { createProcessPool } from "../../workers/process-pool.ts";
import { isThere } from "../fakes/holding-experts.ts";
import { runProgram } from "../cli/run-program.ts";
import { samplePath } from "../e2e/samples.ts";
import { verifies } from "../e2e/requirements.ts";

const LONG_TEXT = "The quick brown fox jumps over the lazy dog and runs home. ".repeat(200);

let scratch = "";
let pool: ExpertRunner;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "tutti-pool-"));
  pool = createProcessPool();
});

afterEach(async () => {
  await pool.close();
  await rm(scratch, { recursive: true, force: true });
});

function hostsOf(runtime: string): number[] {
  // The host's command line ends with its runtime.
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  return rows.flatMap((row) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    const own = Number(parent) === process.pid && /expert-host\.ts/.test(command) && command.endsWith(` ${runtime}`);
    return own ? [Number(pid)] : [];
  });
}

const sentiment = (text: string, signal = new AbortController().signal): ExpertCall => {
  return { expert: sentimentAnalysisExpert.card, inputs: { text }, scratch, signal };
};

const speech = (signal: AbortSignal): ExpertCall => {
  return { expert: textToSpeechExpert.card, inputs: { text: LONG_TEXT }, scratch, signal };
};

async function untilHostOf(runtime: string): Promise<number> {
  for (;;) {
    const [pid] = hostsOf(runtime);
    if (pid !== undefined) return pid;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("process pool", () => {
  it("runs a real expert and tells how long loading and running took", async () => {
    const { outputs, usage } = await pool.run(sentiment("What a wonderful day!"));
    expect(outputs["text"]).toMatch(/positive/i);
    expect(usage.loadMs).toBeGreaterThanOrEqual(0);
    const again = await pool.run(sentiment("This is horrible."));
    expect(again.outputs["text"]).toMatch(/negative/i);
    expect(again.usage.loadMs).toBe(0);
    expect(hostsOf("text")).toHaveLength(1);
  });

  it("gives the expert's own refusal with its code", async () => {
    await expect(pool.run(sentiment(""))).rejects.toMatchObject({ code: "bad-input", retryable: false });
  });

  it(verifies("worker:crash"), async () => {
    const running = pool.run(speech(new AbortController().signal));
    running.catch(() => {});
    process.kill(await untilHostOf("speech"), "SIGKILL");
    await expect(running).rejects.toMatchObject({ code: "worker-crashed", retryable: true });
    const after = await pool.run({ ...speech(new AbortController().signal), inputs: { text: "Hello again." } });
    expect(after.outputs["audio"]).toMatchObject({ mediaType: "audio/wav" });
  });

  it(verifies("worker:killed"), async () => {
    const controller = new AbortController();
    const running = pool.run(speech(controller.signal));
    running.catch(() => {});
    const pid = await untilHostOf("speech");
    // A stopped process stands for one that is deep inside a model and looks at nothing.
    process.kill(pid, "SIGSTOP");
    controller.abort(new Error("not wanted any more"));
    await expect(running).rejects.toMatchObject({ code: "canceled" });
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it("an innocent call that loses its process to another's abort is run again", async () => {
    const controller = new AbortController();
    const doomed = pool.run(speech(controller.signal));
    doomed.catch(() => {});
    await untilHostOf("speech");
    const innocent = pool.run({ ...speech(new AbortController().signal), inputs: { text: "I am innocent." } });
    controller.abort();
    await expect(doomed).rejects.toMatchObject({ code: "canceled" });
    expect((await innocent).outputs["audio"]).toMatchObject({ mediaType: "audio/wav" });
  });

  it(verifies("worker:timeout"), async () => {
    const { card } = textToSpeechExpert;
    const hasty = { ...card, limits: { ...card.limits, timeoutMs: 400 } };
    const call = { ...speech(new AbortController().signal), expert: hasty };
    await expect(pool.run(call)).rejects.toMatchObject({ code: "timeout", retryable: true });
  });

  it("starts no process for a call that is not wanted any more", async () => {
    await expect(pool.run(sentiment("fine", AbortSignal.abort()))).rejects.toMatchObject({ code: "canceled" });
    expect(hostsOf("text")).toEqual([]);
  });

  it("tells when a process can't be started, and tries anew with the next call", async () => {
    const node = process.execPath;
    try {
      process.execPath = join(scratch, "no-such-node");
      await expect(pool.run(sentiment("fine"))).rejects.toMatchObject({
        code: "worker-crashed",
        message: expect.stringContaining("could not be started") as string,
      });
    } finally {
      process.execPath = node;
    }
    expect((await pool.run(sentiment("What a wonderful day!"))).outputs["text"]).toMatch(/positive/i);
  });

  it("leaves no process behind, and no noise, when it is itself killed in the middle of a call", async () => {
    const fake = join(import.meta.dirname, "../fakes/pool-until-killed.ts");
    // It ends when the last process that holds its streams has ended.
    const { signal, errors } = await runProgram(process.execPath, [fake, scratch], {
      onOutput: (child) => child.kill("SIGKILL"),
    });
    expect(signal).toBe("SIGKILL");
    expect(errors).toBe("");
  });

  it("does no step for a parent that died while the process started", async () => {
    const fake = join(import.meta.dirname, "../fakes/orphan-until-killed.ts");
    const path = join(scratch, "there");
    await writeFile(path, "");
    await runProgram(process.execPath, [fake, scratch, path], { onOutput: (child) => child.kill("SIGKILL") });
    expect(await isThere(`${path}.begun`)).toBe(false);
  });

  it("keeps runtimes in processes of their own, and leaves none behind", async () => {
    const file = { path: samplePath("coffee.png"), mediaType: "image/png", name: "coffee.png" };
    await pool.run(sentiment("fine"));
    const { outputs } = await pool.run({
      expert: imageGrayscaleExpert.card,
      inputs: { image: file },
      scratch,
      signal: new AbortController().signal,
    });
    expect(outputs["image"]).toMatchObject({ mediaType: "image/png" });
    expect(hostsOf("text")).toHaveLength(1);
    expect(hostsOf("image")).toHaveLength(1);
    await pool.close();
    expect([...hostsOf("text"), ...hostsOf("image")]).toEqual([]);
    await expect(pool.run(sentiment("late"))).rejects.toMatchObject({ code: "shutting-down" });
  });
});
