/** What an admin lets a fetch reach although it is not public. */
import { isIP, type BlockList } from "node:net";
import { TuttiError } from "../errors.ts";
import { blockOf, isMetadataAddress, isWithin } from "./address.ts";
import { hostOf, isHostName } from "./host-name.ts";

export interface AllowList {
  /** Whether this very host is named. */
  readonly namesHost: (host: string, port: number) => boolean;
  /** Whether this port of it is named, so that it may be any port. */
  readonly namesPort: (host: string, port: number) => boolean;
  /** Whether a connection to this address, found under that name, is allowed. */
  readonly allows: (host: string, port: number, address: string) => boolean;
  /** Whether there are addresses or ranges among the entries: any name may lead to them. */
  readonly hasAddresses: boolean;
}

interface Entry {
  readonly host?: string;
  readonly block?: BlockList;
  /** Undefined: every port. */
  readonly port?: number;
}

/**
 * Each entry is `HOST`, `HOST:PORT` (the host a name or an address, IPv6 in brackets where a port follows) or a range
 * `ADDRESS/BITS`. A name lets through whatever addresses it has, except those of metadata services: they must be
 * given as addresses.
 * @throws TuttiError `misconfigured`
 */
export function readAllowList(texts: readonly string[]): AllowList {
  const entries = texts.map(readEntry);
  const ofPort = (port: number): Entry[] => entries.filter((entry) => entry.port === undefined || entry.port === port);
  const namesHost = (host: string, port: number): boolean => ofPort(port).some((entry) => isFor(entry, host));
  return {
    namesHost,
    namesPort: (host, port) => entries.some((entry) => entry.port === port && isFor(entry, host)),
    allows: (host, port, address) =>
      ofPort(port).some(
        (entry) =>
          (entry.block !== undefined && isWithin(entry.block, address)) ||
          (entry.host === host && !isMetadataAddress(address)),
      ),
    hasAddresses: entries.some(({ block }) => block !== undefined),
  };
}

function isFor({ host: named, block }: Entry, host: string): boolean {
  return named === host || (block !== undefined && isWithin(block, host));
}

function readEntry(text: string): Entry {
  const given = text.trim();
  try {
    if (given.includes("/")) return { block: blockOf(given) };
    const port = isIP(given) === 6 ? undefined : /:(\d{1,5})$/.exec(given)?.[1];
    // The URL parser knows every spelling, and will see those of the URLs that this is compared with.
    const url = new URL(`http://${isIP(given) === 6 ? `[${given}]` : given}`);
    const host = hostOf(url);
    const isMore = url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "";
    if (isMore || (isIP(host) === 0 && !isHostName(host))) throw new RangeError("no host");
    const onPort = port === undefined ? {} : { port: Number(port) };
    return isIP(host) === 0
      ? { host, ...onPort }
      : { block: blockOf(`${host}/${isIP(host) === 4 ? 32 : 128}`), ...onPort };
  } catch (error) {
    const message = `${JSON.stringify(text)} allows nothing: expected HOST, HOST:PORT, an address, or ADDRESS/BITS`;
    throw new TuttiError("misconfigured", message, { cause: error });
  }
}
