/** Records for the contract of expert stores, and a reader that keeps up with one as a process does. */
import { expect } from "vitest";
import type { ExpertRecord, ExpertStore } from "../../src/ports/expert-store.ts";
import { registrationSchema } from "../../src/registry/registration.ts";

export type NewRecord = Omit<ExpertRecord, "revision">;

export const keyOf = ({ registration: { id, version } }: NewRecord): string => `${id} ${version}`;

export function recordOf(
  id: string,
  { version = "1", ...more }: Partial<NewRecord> & { version?: string } = {},
): NewRecord {
  const registration = registrationSchema.parse({
    id: `acme/${id}`,
    version,
    task: "summarization",
    title: `The expert ${id}`,
    provider: "http",
    settings: { url: "https://experts.example/run" },
  });
  return { registration, state: "verified", source: "api", createdAt: 1000, changedAt: 1000, ...more };
}

export async function mustPut(store: ExpertStore, record: NewRecord, expected?: number): Promise<ExpertRecord> {
  return (await store.put(record, expected)) ?? expect.fail("the record was refused");
}

export interface Reader {
  /** By id and version, as they are known so far; those that were removed too. */
  readonly known: ReadonlyMap<string, ExpertRecord>;
  readonly lastRevision: () => number;
  /** Reads on to the end, page by page; one look after the other. */
  readonly look: () => Promise<void>;
}

export function createReader(store: ExpertStore, limit: number): Reader {
  const known = new Map<string, ExpertRecord>();
  let after = 0;
  let looking = Promise.resolve();

  async function readPage(): Promise<number> {
    const page = await store.changes(after, limit);
    for (const record of page) {
      expect(record.revision).toBeGreaterThan(after);
      known.set(keyOf(record), record);
      after = record.revision;
    }
    return page.length;
  }

  async function readToEnd(): Promise<void> {
    while ((await readPage()) === limit);
  }

  return {
    known,
    lastRevision: () => after,
    look() {
      looking = looking.catch(() => {}).then(readToEnd);
      return looking;
    },
  };
}
