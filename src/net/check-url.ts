/** What can be said of a URL before anybody is asked. */
import { isIP } from "node:net";
import { TuttiError } from "../errors.ts";
import { isPublicAddress } from "./address.ts";
import { readAllowList, type AllowList } from "./allow-list.ts";
import { badPorts } from "./bad-ports.ts";
import { hostOf, isPublicName } from "./host-name.ts";

const LONGEST = 8192;
const nothing = readAllowList([]);

/**
 * The URL in its one spelling: the standard's parser turns every odd way to write a host into the plain one.
 * @param base for a relative one, as redirects have them
 * @throws TuttiError `url-refused` for what is not fetched, wherever it leads
 */
export function checkUrl(text: string, { base, allow = nothing }: { base?: URL; allow?: AllowList } = {}): URL {
  const url = text.length <= LONGEST ? URL.parse(text, base?.href) : null;
  if (!url) throw refused("the URL is malformed, or longer than 8192 characters");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw refused(`${url.protocol.slice(0, -1)} URLs are not fetched, only http and https`);
  }
  if (url.username !== "" || url.password !== "") throw refused("a URL with a user name or password is not fetched");
  url.hash = "";
  const [host, port] = [hostOf(url), portOf(url)];
  if (badPorts.has(port) && !allow.namesPort(host, port)) throw refused(`port ${port} is not one of a web server`);
  if (isIP(host) === 0) {
    if (!isPublicName(host) && !allow.namesHost(host, port) && !allow.hasAddresses) throw notPublic(host);
  } else assertReachable(host, port, host, allow);
  return url;
}

/** @throws TuttiError `url-refused` where a connection to this address, found under that host, is not allowed */
export function assertReachable(host: string, port: number, address: string, allow: AllowList): void {
  if (allow.allows(host, port, address)) return;
  if (!isPublicName(host) || !isPublicAddress(address)) throw notPublic(host);
}

/** One answer for names that are not there and for names of the inside: it tells nobody which of them exist. */
export function notPublic(host: string): TuttiError {
  return refused(`${host} has no public address; others are fetched only where an admin allows the host to an expert`);
}

export function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "https:" ? 443 : 80;
}

function refused(message: string): TuttiError {
  return new TuttiError("url-refused", message);
}
