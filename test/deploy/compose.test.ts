/**
 * Doubt: no container engine is at hand, so that the file may be wrong in ways that only show where it is used: in its
 * form, in names that lead nowhere, in settings that Tutti doesn't know, and in promises to Redis that it doesn't keep.
 */
import { describe, expect, test } from "vitest";
import { describeSettings, loadConfig } from "../../src/config.ts";
import { lanes } from "../../src/registry/expert-card.ts";
import { parseDevices } from "../../workers/devices.ts";
import { runProgram } from "../cli/run-program.ts";
import { composeFile, faultsOf, readCompose, root, type Service } from "./compose-file.ts";

const file = await composeFile();
const services = Object.entries(file.services);
const ofTutti = services.filter(([, { image }]) => image.startsWith("tutti"));

function service(name: string): Service {
  const found = file.services[name];
  if (!found) throw new Error(`there is no service ${name}`);
  return found;
}

/** Settings that Tutti doesn't know yet, each with the reason why it is there. */
const aheadOfTheirTime = new Set([
  // Where experts of the gpu lane will find the vision language model; the file says that none asks yet.
  "TUTTI_VLM_URL",
]);

const wrongDevice = { resources: { reservations: { devices: ["gpu"] } } };

describe("the form of docker-compose.yml", () => {
  test("is that of the official schema", async () => {
    expect(faultsOf(await readCompose())).toEqual([]);
  });

  test.each<[string, (services: Record<string, Record<string, unknown>>) => void, RegExp]>([
    ["a word that means nothing", ({ api }) => Object.assign(api ?? {}, { healtcheck: {} }), /^\/services\/api /],
    ["a list where a map belongs", ({ api }) => Object.assign(api ?? {}, { deploy: [] }), /\/api\/deploy must be/],
    [
      "a condition without a service",
      ({ worker }) => Object.assign(worker ?? {}, { depends_on: "redis" }),
      /depends_on/,
    ],
    ["a device without capabilities", ({ vlm }) => Object.assign(vlm ?? {}, { deploy: wrongDevice }), /devices\/0 /],
    ["a name with a blank", (all) => Object.assign(all, { "a b": { image: "x" } }), /^\/services /],
  ])("a copy with %s is refused", async (_name, damage, fault) => {
    const copy = (await readCompose()) as { services: Record<string, Record<string, unknown>> };
    damage(copy.services);
    expect(faultsOf(copy)).toEqual(expect.arrayContaining([expect.stringMatching(fault)]));
  });
});

describe("names that the services use", () => {
  test("every service that another one waits for is there, for whoever waits, and can become healthy", () => {
    const awaited = services.flatMap(([name, { depends_on }]) =>
      Object.entries(depends_on).map((on) => [name, on] as const),
    );
    expect(awaited.length).toBeGreaterThan(3);
    for (const [name, [target, { condition }]] of awaited) {
      const { healthcheck, profiles } = service(target);
      if (condition === "service_healthy") expect(healthcheck?.test, `${name} on ${target}`).toBeDefined();
      if (profiles.length > 0) expect(profiles, `${name} on ${target}`).toEqual(service(name).profiles);
    }
  });

  test("every volume is declared, and every declared one is used", () => {
    const used = services.flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(":")[0]));
    expect(new Set(used)).toEqual(new Set(Object.keys(file.volumes)));
  });

  test("every image has a tag, and none that moves", () => {
    for (const [, { image }] of services) expect(image).toMatch(/^[\w./-]+:(?!latest$)[\w.-]+$/);
  });
});

describe("Tutti's own services", () => {
  test("are a server, workers on every machine, and workers beside a GPU", () => {
    expect(ofTutti.map(([name]) => name).toSorted()).toEqual(["api", "worker", "worker-gpu"]);
    expect(service("worker").profiles).toEqual([]);
    expect(service("worker-gpu").profiles).toEqual(["gpu"]);
  });

  test.each(ofTutti)("%s: its command is one of tutti's", async (_name, { command: [command = "", ...options] }) => {
    const { code, output } = await runProgram(process.execPath, ["src/cli/main.ts", command, "--help"], { cwd: root });
    expect(code).toBe(0);
    expect(output).toContain(`Usage: tutti ${command}`);
    for (const option of options.filter((word) => word.startsWith("--"))) expect(output).toContain(option);
    const served = options[options.indexOf("--lanes") + 1]?.split(",") ?? [];
    for (const lane of served) expect(lanes).toContain(lane);
  });

  test.each(ofTutti)(
    "%s: Tutti knows its settings, and takes their values",
    (_name, { environment, stop_grace_period }) => {
      const known = new Set(describeSettings().map(([name]) => name));
      const unknown = Object.keys(environment).filter((name) => !known.has(name) && !aheadOfTheirTime.has(name));
      expect(unknown).toEqual([]);
      const given = Object.entries(environment).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
      const config = loadConfig(Object.fromEntries(given) as Record<string, string>);
      expect(config.redis?.url).toBe(`redis://redis:6379`);
      expect(stop_grace_period).toMatch(/^\d+s$/);
      // Handing back takes up to three seconds more, and closing some.
      expect(Number.parseInt(stop_grace_period ?? "0", 10) * 1000).toBeGreaterThanOrEqual(config.drainMs + 10_000);
      if (config.devices !== undefined) expect(parseDevices(config.devices)).toHaveLength(1);
    },
  );

  test.each(ofTutti)("%s: files are where all others look for them, and the rest can't be written", (_name, its) => {
    expect(its.volumes).toEqual([`tutti-data:${its.environment["TUTTI_DATA"]}`]);
    expect(its).toMatchObject({ init: true, read_only: true, tmpfs: ["/tmp"], cap_drop: ["ALL"], build: "." });
    expect(its).not.toHaveProperty("user");
  });

  test("workers may be many: neither a name nor a port is theirs alone", () => {
    for (const name of ["worker", "worker-gpu"]) {
      expect(service(name)).not.toHaveProperty("container_name");
      expect(service(name).ports).toBeUndefined();
    }
  });

  test("the server answers outside its container, and by itself only to this machine", () => {
    const { environment, ports, healthcheck } = service("api");
    expect(environment["HOST"]).toBe("0.0.0.0");
    expect(ports).toEqual([`\${TUTTI_PUBLISH:-127.0.0.1:8080}:${environment["PORT"]}`]);
    expect(healthcheck?.test?.at(-1)).toContain(`:${environment["PORT"]}/readyz`);
  });

  test("there is no secret in the file", () => {
    const secrets = services.flatMap(([, { environment }]) =>
      Object.entries(environment).filter(([name]) => /TOKEN|SECRET|PASSWORD|KEY/.test(name)),
    );
    expect(secrets).toEqual([
      ["TUTTI_ADMIN_TOKEN", null],
      ["HF_TOKEN", null],
    ]);
  });
});

describe("the services beside", () => {
  test("Redis keeps what it is given: on disk, and without throwing anything away", () => {
    const words = service("redis").command;
    const setting = (name: string) => words[words.indexOf(name) + 1];
    expect(words[0]).toBe("redis-server");
    expect(setting("--appendonly")).toBe("yes");
    expect(setting("--appendfsync")).toBe("everysec");
    expect(setting("--maxmemory-policy")).toBe("noeviction");
    expect(setting("--maxmemory")).toMatch(/^\$\{\w+:-\d+mb\}$/);
    expect(service("redis").volumes).toEqual(["redis-data:/data"]);
    expect(service("redis").ports).toBeUndefined();
  });

  test("the model server has a GPU, and is asked where it listens", () => {
    const { healthcheck, ...vlm } = service("vlm");
    expect(vlm).toMatchObject({
      profiles: ["gpu"],
      deploy: { resources: { reservations: { devices: [{ driver: "nvidia", capabilities: ["gpu"] }] } } },
    });
    const { host, port } = new URL(service("worker-gpu").environment["TUTTI_VLM_URL"] ?? "");
    expect(host).toBe(`vlm:${port}`);
    expect(healthcheck?.test?.at(-1)).toContain(`http://127.0.0.1:${port}/`);
  });
});
