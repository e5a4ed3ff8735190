/** From names to addresses. */
import { lookup, Resolver } from "node:dns/promises";
import { z } from "zod";

/** Every address of a host, none where there is no such host. Rejects where nobody could tell. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

const ABSENT = new Set(["ENOTFOUND", "ENODATA", "ENOTIMP", "EBADNAME"]);

/**
 * Asks DNS alone: no hosts file and no search domains, which are for names of the inside. It can be ended, and takes
 * none of the process's few threads, so that names whose servers are silent hold up nobody else.
 */
export const resolveByDns: Resolve = (host, signal) =>
  askServers(new Resolver({ timeout: 2000, tries: 2 }), host, signal);

/** The machine's own way, hosts file and all: for hosts that an admin has named. */
export const resolveLocally: Resolve = async (host) => {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
};

export async function askServers(resolver: Resolver, host: string, signal: AbortSignal): Promise<readonly string[]> {
  const cancel = (): void => resolver.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    const faults = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
    const fault = faults.find((error) => !isAbsence(error));
    if (addresses.length === 0 && fault !== undefined) throw fault;
    return addresses;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

const codedSchema = z.object({ code: z.string() });

function isAbsence(error: unknown): boolean {
  const coded = codedSchema.safeParse(error);
  return coded.success && ABSENT.has(coded.data.code);
}
