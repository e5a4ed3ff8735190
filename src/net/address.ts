/** Which addresses are public. All others may be somebody's inside, this machine's among them. */
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

/** IANA's special-purpose IPv4 addresses (RFC 6890 and what followed it), multicast and class E. */
const innerIpv4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/**
 * The only block out of which IANA gives addresses of the Internet. Loopback, unique local, link-local, site-local and
 * multicast, and the forms that wrap IPv4 (mapped, compatible, translated, NAT64), are all outside of it.
 */
const globalIpv6 = ["2000::/3"];
/** What is special within it: Teredo, ORCHID and other protocols', documentation, 6to4, AS112. */
const innerIpv6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];

/** Where clouds tell a machine its secrets. Azure's is in a public block. */
const metadataServices = [
  "169.254.169.254/32",
  "169.254.170.2/32",
  "169.254.170.23/32",
  "100.100.100.200/32",
  "192.0.0.192/32",
  "168.63.129.16/32",
  "fd00:ec2::254/128",
  "fd00:ec2::23/128",
  "fd20:ce::254/128",
];

const metadata = blockOf(...metadataServices);
const inner = blockOf(...innerIpv4, ...innerIpv6, ...metadataServices);
const globalSix = blockOf(...globalIpv6);

/** Ranges as `ADDRESS/BITS`, either family. @throws RangeError, TypeError for what is none */
export function blockOf(...ranges: readonly string[]): BlockList {
  const block = new BlockList();
  for (const range of ranges) {
    const [address = "", bits = ""] = range.split("/");
    if (!/^\d{1,3}$/.test(bits)) throw new RangeError(`${range} is no range of addresses`);
    block.addSubnet(address, Number(bits), familyOf(address));
  }
  return block;
}

/** For an address as text, in any spelling that the system's own parser takes. */
export function isWithin(block: BlockList, address: string): boolean {
  return isIP(address) !== 0 && block.check(address, familyOf(address));
}

/** False for whatever is no address, has a zone, or belongs to this machine (`own`), too. */
export function isPublicAddress(address: string, own: readonly string[] = ownAddresses()): boolean {
  if (isIP(address) === 0 || address.includes("%")) return false;
  if (isIP(address) === 6 && !isWithin(globalSix, address)) return false;
  return !isWithin(inner, address) && !own.includes(address);
}

export function isMetadataAddress(address: string): boolean {
  return isWithin(metadata, address);
}

/** A public address of this machine is as good as loopback: what listens there may trust whoever reaches it. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
