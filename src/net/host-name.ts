/** Names of hosts: of the Internet, or of somebody's inside. */
import { isIP } from "node:net";

/** Top-level domains that never hold public hosts (RFC 2606, 6761, 6762, 7686, 8375, 9476, and ICANN for `internal`). */
const innerDomains =
  /(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|test|example|invalid|onion|alt)$/;
/** Names of clouds' metadata services that look like public ones. */
const metadataNames = new Set(["metadata.goog"]);

/** The host of a URL as DNS and TLS know it: no brackets around IPv6, no dot at the end. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

/** Whether DNS can hold it; underscores are none of a host's, and yet in use. */
export function isHostName(host: string): boolean {
  return host.length <= 253 && host.split(".").every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
}

/** Whether it could be a host of the Internet. Names of a single word are completed by the machine that asks. */
export function isPublicName(host: string): boolean {
  if (isIP(host) !== 0) return true;
  return isHostName(host) && host.includes(".") && !innerDomains.test(host) && !metadataNames.has(host);
}
