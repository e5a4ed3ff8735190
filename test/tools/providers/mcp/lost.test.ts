/**
 * Servers that die, come back, refuse, or are not there. A sceptic doubts that a call to a dead one ends before its time
 * limit, that the next one works, that nothing is left running, and that secrets stay secret.
 */
import { existsSync } from "node:fs";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Registration } from "../../../../src/registry/registration.ts";
import { describeTools } from "../../../../tools/providers/mcp/describe-tools.ts";
import { mcpProvider } from "../../../../tools/providers/mcp/index.ts";
import { openSession } from "../../../../tools/providers/mcp/session.ts";
import { startChild } from "../../../fakes/child.ts";
import { accessTo, connect, fakeByStdio, startFake, toolNamed } from "./setup.ts";

const secrets = { authorization: "Bearer open sesame" };

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const untilGone = (pid: number): Promise<void> =>
  vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 50 });

async function toolsOf(...given: Parameters<typeof accessTo>): Promise<readonly Registration[]> {
  return describeTools({ ...accessTo(...given), name: "fake" });
}

describe("over stdio", () => {
  it("fails a call whose server is killed as retryable, and starts the server again for the next", async () => {
    const tools = await toolsOf(fakeByStdio());
    const whoami = await connect(toolNamed(tools, "whoami"));
    const wait = await connect(toolNamed(tools, "wait"));
    const pid = await whoami.tell();
    const waiting = wait.run({});
    setTimeout(() => process.kill(pid, "SIGKILL"), 200);
    await expect(waiting).rejects.toMatchObject({
      code: "expert-failed",
      retryable: true,
      message: expect.stringMatching(/^the MCP server node went away during the call: killed by SIGKILL/),
    });
    const next = await whoami.tell();
    expect(next).not.toBe(pid);
    expect(isAlive(next)).toBe(true);
  });

  it("shares one process among the tools of a server, which ends with the last of them", async () => {
    const tools = await toolsOf(fakeByStdio());
    const first = await connect(toolNamed(tools, "whoami"));
    const second = await connect(toolNamed(tools, "learn"));
    const third = await connect(toolNamed(tools, "whoami"));
    const pid = await first.tell();
    expect(await third.tell()).toBe(pid);
    await first.unload();
    await third.unload();
    await second.run({ name: "something" });
    expect(isAlive(pid)).toBe(true);
    await second.unload();
    await untilGone(pid);
  });

  it("tells the tool that it was canceled, and keeps the process", async () => {
    const tools = await toolsOf(fakeByStdio());
    const wait = await connect(toolNamed(tools, "wait"));
    const count = await connect(toolNamed(tools, "count-stopped"));
    const controller = new AbortController();
    const waiting = wait.run({}, controller.signal);
    setTimeout(() => controller.abort(), 200);
    await expect(waiting).rejects.toMatchObject({ code: "canceled" });
    expect(await count.run({})).toMatchObject({ text: "1" });
  });

  it("says what a dying server said last, without the secrets", async () => {
    const access = { FAKE_TOKEN: "hush-hush" };
    const die = await connect(toolNamed(await toolsOf(fakeByStdio(), access), "die"), { secrets: access });
    await expect(die.run({ words: "can't log in with hush-hush" })).rejects.toMatchObject({
      message: "the MCP server node went away during the call: exit code 3; it said: can't log in with [secret]",
    });
  });

  it("says which command can't be run", async () => {
    const access = accessTo({ command: "no-such-mcp-server", args: [], env: {} });
    await expect(describeTools({ ...access, name: "x" })).rejects.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringMatching(/no-such-mcp-server could not be started.*exit code 127.*not found/),
    });
  });

  it("runs nothing where that is not allowed", async () => {
    const folder = `${import.meta.dirname}/never-made`;
    const server = { command: "mkdir", args: [folder], env: {} };
    const access = { ...accessTo(server), environment: { ...accessTo(server).environment, mayRunCommands: false } };
    await expect(openSession(access)).rejects.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringContaining("set TUTTI_MCP_STDIO=on"),
    });
    const settings = { server, tool: "x" };
    const setup = { ...access, settings, card: {} as never, task: {} as never };
    expect(await mcpProvider.whyUnavailable?.(setup)).toContain("set TUTTI_MCP_STDIO=on");
    await expect(mcpProvider.connect(setup).load()).rejects.toMatchObject({ code: "expert-unavailable" });
    expect(existsSync(folder)).toBe(false);
  });

  it("leaves no server behind when the process that started it is killed", async () => {
    const child = startChild("mcp-until-killed.ts");
    const line = await child.lines.next();
    const pid = Number(/"text":"(\d+)"/.exec(String(line.value))?.[1]);
    expect(isAlive(pid)).toBe(true);
    child.process.kill("SIGKILL");
    await child.ended;
    await untilGone(pid);
  });

  it("ends a server that will not end", async () => {
    const session = await openSession(accessTo(fakeByStdio("stubborn")));
    const { content } = await session.client.callTool({ name: "whoami", arguments: {} });
    const pid = Number(/"text":"(\d+)"/.exec(JSON.stringify(content))?.[1]);
    expect(isAlive(pid)).toBe(true);
    await session.close();
    await untilGone(pid);
  });
});

describe("over streamable HTTP", () => {
  it("fails a call whose server is killed as retryable, and connects again when it is back", async () => {
    const first = await startFake();
    onTestFinished(() => first.process.kill());
    const tools = await toolsOf(first.server, secrets);
    const wait = await connect(toolNamed(tools, "wait"), { secrets });
    const whoami = await connect(toolNamed(tools, "whoami"), { secrets });
    const pid = await whoami.tell();
    const waiting = wait.run({});
    setTimeout(() => void first.process.kill(), 200);
    await expect(waiting).rejects.toMatchObject({ code: "expert-failed", retryable: true });
    await expect(whoami.run({})).rejects.toMatchObject({ code: "expert-unavailable", retryable: true });
    const second = await startFake(first.port);
    onTestFinished(() => second.process.kill());
    expect(await whoami.tell()).not.toBe(pid);
  });

  it("does not let a call notice that the server was started again before it", async () => {
    const first = await startFake();
    const tools = await toolsOf(first.server, secrets);
    const whoami = await connect(toolNamed(tools, "whoami"), { secrets });
    const pid = await whoami.tell();
    await first.process.kill();
    const second = await startFake(first.port);
    onTestFinished(() => second.process.kill());
    expect(await whoami.tell()).not.toBe(pid);
  });

  it("keeps no connection for calls that were canceled", async () => {
    const { server, process: child } = await startFake();
    onTestFinished(() => child.kill());
    const tools = await toolsOf(server, secrets);
    const wait = await connect(toolNamed(tools, "wait"), { secrets });
    const connections = await connect(toolNamed(tools, "connections"), { secrets });
    const before = await connections.tell();
    const controller = new AbortController();
    const waiting = Array.from({ length: 5 }, () => wait.run({}, controller.signal));
    await vi.waitFor(async () => expect(await connections.tell()).toBe(before + 5));
    controller.abort();
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: "canceled" });
    await vi.waitFor(async () => expect(await connections.tell()).toBe(before), 5000);
    const count = await connect(toolNamed(tools, "count-stopped"), { secrets });
    expect(await count.run({})).toMatchObject({ text: "5" });
  });

  it("says that the secret is wrong, and not what it is", async () => {
    const { server, process: child } = await startFake();
    onTestFinished(() => child.kill());
    const wrong = toolsOf(server, { authorization: "Bearer open barley" });
    await expect(wrong).rejects.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringContaining("refuses access (HTTP 401)"),
    });
    await expect(wrong).rejects.not.toThrow(/barley/);
  });

  it("goes to no private address that is not allowed", async () => {
    const { server, process: child } = await startFake();
    onTestFinished(() => child.kill());
    const access = { ...accessTo(server, secrets), allowHosts: [] };
    await expect(describeTools({ ...access, name: "x" })).rejects.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringContaining("127.0.0.1"),
    });
  });

  it("says which secrets can't be sent along, and not what they are", async () => {
    const remote = accessTo({ url: "https://mcp.example.com/mcp", headers: {} }, { "X Key": "open sesame" });
    await expect(openSession(remote)).rejects.toMatchObject({
      code: "bad-input",
      message: 'the header "X Key" is no name of a header',
    });
    const command = accessTo(fakeByStdio(), { "X=KEY": "open sesame" });
    const settings = { server: command.server, tool: "whoami" };
    const setup = { ...command, settings, card: {} as never, task: {} as never };
    expect(() => mcpProvider.connect(setup)).toThrow(`the secret "X=KEY" can't be a variable of a command`);
  });
});

it("says that a tool is gone, and not that the input was wrong", async () => {
  const { server, process: child } = await startFake();
  onTestFinished(() => child.kill());
  const tools = await toolsOf(server, secrets);
  const registration = toolNamed(tools, "whoami");
  const settings = { ...registration.settings, tool: "who-was-i" };
  await expect(connect({ ...registration, settings }, { secrets })).rejects.toMatchObject({
    code: "expert-unavailable",
    message: expect.stringMatching(/the tool who-was-i of the MCP server \S+ is not there; it has whoami, wait/),
  });
});
