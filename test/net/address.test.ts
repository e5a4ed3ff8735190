/** Doubt: that some address of the inside, or some odd way to write it, passes for a public one. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMetadataAddress, isPublicAddress } from "../../src/net/address.ts";
import { checkUrl } from "../../src/net/check-url.ts";
import { faultOf } from "./faults.ts";

type Octets = readonly [number, number, number, number];

const octet = fc.integer({ min: 0, max: 255 });

/** Written down a second time, as arithmetic, so that a slip in the table is seen. */
function isInner([a, b, c, d]: Octets): boolean {
  return (
    [0, 10, 127].includes(a) ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) ||
    (a === 192 && b === 31 && c === 196) ||
    (a === 192 && b === 52 && c === 193) ||
    (a === 192 && b === 88 && c === 99) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 175 && c === 48) ||
    (a === 198 && (b === 18 || b === 19)) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113) ||
    (a === 168 && b === 63 && c === 129 && d === 16)
  );
}

/** Inner ones mostly: chance alone would seldom find the small blocks. */
const anyOctets: fc.Arbitrary<Octets> = fc.oneof(
  fc.tuple(octet, octet, octet, octet),
  fc.tuple(fc.constantFrom(0, 10, 127, 224, 240, 255), octet, octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 60, max: 130 }), octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 14, max: 33 }), octet, octet),
  fc.tuple(fc.constant(169), fc.integer({ min: 253, max: 255 }), octet, octet),
  fc.tuple(
    fc.constant(192),
    fc.constantFrom(0, 31, 52, 88, 167, 168, 175),
    fc.constantFrom(0, 1, 2, 48, 99, 193, 196),
    octet,
  ),
  fc.tuple(fc.constant(198), fc.constantFrom(17, 18, 19, 20, 51), fc.constantFrom(99, 100, 101), octet),
  fc.tuple(fc.constant(203), fc.constant(0), fc.constantFrom(112, 113, 114), octet),
  fc.constant<Octets>([168, 63, 129, 16]),
);

/** The parts that `inet_aton` takes: of n parts, the last holds all that is left. */
function parts([a, b, c, d]: Octets, count: 1 | 2 | 3 | 4): number[] {
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  return { 1: [number], 2: [a, number % 2 ** 24], 3: [a, b, number % 2 ** 16], 4: [a, b, c, d] }[count];
}

const radix = {
  decimal: (part: number) => String(part),
  octal: (part: number) => `0${part.toString(8)}`,
  longOctal: (part: number) => `000000${part.toString(8)}`,
  hex: (part: number) => `0x${part.toString(16)}`,
  shoutedHex: (part: number) => `0X000${part.toString(16).toUpperCase()}`,
};

const disguise = {
  none: (text: string) => text,
  dotAtTheEnd: (text: string) => `${text}.`,
  percent: (text: string) => Array.from(text, (sign) => `%${sign.charCodeAt(0).toString(16)}`).join(""),
  fullWidth: (text: string) =>
    Array.from(text, (sign) =>
      sign === "." ? "\u3002" : String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0),
    ).join(""),
  softHyphens: (text: string) => Array.from(text).join("\u00ad"),
};

const spelled = fc
  .record({
    octets: anyOctets,
    count: fc.constantFrom<(1 | 2 | 3 | 4)[]>(1, 2, 3, 4),
    radixes: fc.array(fc.constantFrom(...Object.values(radix)), { minLength: 4, maxLength: 4 }),
    disguise: fc.constantFrom(...Object.values(disguise)),
  })
  .map(({ octets, count, radixes, disguise: hide }) => ({
    octets,
    host: hide(
      parts(octets, count)
        .map((part, index) => (radixes[index] ?? radix.decimal)(part))
        .join("."),
    ),
  }));

function groups(...numbers: readonly number[]): string {
  return numbers.map((number) => number.toString(16)).join(":");
}

/** Every known way to hide an IPv4 address in an IPv6 one. */
const wrappings = {
  mapped: (high: number, low: number) => groups(0, 0, 0, 0, 0, 0xffff, high, low),
  compatible: (high: number, low: number) => groups(0, 0, 0, 0, 0, 0, high, low),
  translated: (high: number, low: number) => groups(0, 0, 0, 0, 0xffff, 0, high, low),
  nat64: (high: number, low: number) => groups(0x64, 0xff9b, 0, 0, 0, 0, high, low),
  localNat64: (high: number, low: number) => groups(0x64, 0xff9b, 1, 0, 0, 0, high, low),
  sixToFour: (high: number, low: number) => groups(0x2002, high, low, 0, 0, 0, 0, 1),
  teredo: (high: number, low: number) => groups(0x2001, 0, 0x4136, 0xe378, 0x8000, 0x63bf, high ^ 0xffff, low ^ 0xffff),
};

const group = fc.integer({ min: 0, max: 0xffff });

describe("an address", () => {
  test("of IPv4 is public exactly where no registry says otherwise", () => {
    fc.assert(
      fc.property(anyOctets, (octets) => {
        expect(isPublicAddress(octets.join("."), [])).toBe(!isInner(octets));
      }),
      { numRuns: 2000 },
    );
  });

  test("of IPv4 in IPv6 is never public, not even a public one", () => {
    fc.assert(
      fc.property(anyOctets, fc.constantFrom(...Object.values(wrappings)), ([a, b, c, d], wrap) => {
        const address = wrap(a * 256 + b, c * 256 + d);
        expect(isPublicAddress(address, [])).toBe(false);
        expect(() => checkUrl(`http://[${address}]/`)).toThrow(expect.objectContaining({ code: "url-refused" }));
      }),
    );
  });

  test("of IPv6 is public in 2000::/3 alone", () => {
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (numbers) => {
        const address = groups(...numbers);
        const [first = 0, second = 0, third = 0] = numbers;
        const isGlobal = first >> 13 === 1;
        const isSpecial =
          (first === 0x2001 && (second < 0x200 || second === 0xdb8)) ||
          first === 0x2002 ||
          (first === 0x3fff && second < 0x1000) ||
          (first === 0x2620 && second === 0x4f && third === 0x8000);
        expect(isPublicAddress(address, [])).toBe(isGlobal && !isSpecial);
      }),
    );
  });

  test.each([
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "fc00::1",
    "fd00:ec2::254",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "255.255.255.255",
    "1.2.3",
    "8.8.8.8 ",
    "a.example",
    "",
  ])("%j is not public", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    "8.8.8.8",
    "1.1.1.1",
    "100.63.255.255",
    "172.32.0.1",
    "168.63.129.17",
    "2606:4700::1111",
    "2a00:1450:4001::1",
  ])("%s is public", (address) => {
    expect(isPublicAddress(address, [])).toBe(true);
  });

  test("of this machine is not public, be it ever so public", () => {
    expect(isPublicAddress("8.8.8.8", ["8.8.8.8"])).toBe(false);
    expect(isPublicAddress("8.8.4.4", ["8.8.8.8"])).toBe(true);
  });

  test.each([
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "fd00:ec2::254",
    "fd20:ce:0:0::254",
  ])("%s tells secrets of a cloud", (address) => {
    expect(isMetadataAddress(address)).toBe(true);
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe("a URL", () => {
  test("is refused for the address that it means, however that is spelled, and for no other", () => {
    fc.assert(
      fc.property(spelled, fc.constantFrom("", ":8080"), ({ octets, host }, port) => {
        const check = (): string => checkUrl(`http://${host}${port}/x`).href;
        if (isInner(octets)) expect(check).toThrow(expect.objectContaining({ code: "url-refused" }));
        else expect(check()).toBe(`http://${octets.join(".")}${port}/x`);
      }),
      { numRuns: 2000 },
    );
  });

  test("of a public address passes, however it is spelled, and is then the plain one", () => {
    for (const host of ["8.8.8.8", "134744072", "0x8080808", "010.8.8.8", "8.8.2056", "８.８.８.８", "8.8.8.8."]) {
      expect(checkUrl(`http://${host}/a`).href).toBe("http://8.8.8.8/a");
    }
  });

  test.each([
    "http://localhost/",
    "http://LOCALHOST./",
    "http://ｌｏｃａｌｈｏｓｔ/",
    "http://a.localhost/",
    "http://localhost.localdomain/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://METADATA.google.internal./",
    "http://metadata.goog/",
    "http://metadata/",
    "http://redis/",
    "http://printer.local/",
    "http://router.home.arpa/",
    "http://wiki.corp/",
    "http://a_b.internal/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://0/",
    "http://127.1/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://2130706433/",
    "http:127.0.0.1/",
    "http:/\\127.0.0.1/",
    "http:\\\\127.0.0.1\\x",
    "\thttp://127.0.\n0.1/",
    "http://8.8.8.8\t@127.0.0.1/",
    "http://user@8.8.8.8/",
    "http://user:password@8.8.8.8/",
    "http://8.8.8.8:80@127.0.0.1/",
    "http://127.0.0.1#@8.8.8.8/",
    "http://127.0.0.1\\@8.8.8.8/",
    "http://127.0.0.1?@8.8.8.8/",
    "ftp://8.8.8.8/",
    "file:///etc/passwd",
    "gopher://8.8.8.8/",
    "ws://8.8.8.8/",
    "javascript:alert(1)",
    "blob:http://8.8.8.8/x",
    "//8.8.8.8/",
    "http://",
    "http://a..org/",
    "http://-a.org/",
    "http://a*b.org/",
    `http://${"a".repeat(64)}.org/`,
    `http://8.8.8.8/${"a".repeat(9000)}`,
    "http://256.1.1.1/",
    "http://1.2.3.4.5/",
    "http://[fe80::1%25eth0]/",
    "",
  ])("%j is refused", async (url) => {
    expect(await faultOf(() => checkUrl(url))).toMatchObject({ code: "url-refused", retryable: false });
  });

  test.each([0, 22, 25, 53, 110, 143, 465, 587, 6000, 6667, 10_080])("port %i is refused", async (port) => {
    const { code, message } = await faultOf(() => checkUrl(`http://8.8.8.8:${port}/`));
    expect(code).toBe("url-refused");
    expect(message).toContain(`port ${port}`);
  });

  test.each([
    ["https://tutti.dev/a b?c=d#e", "https://tutti.dev/a%20b?c=d"],
    ["HTTPS://TUTTI.dev:443/", "https://tutti.dev/"],
    ["https://bücher.de/", "https://xn--bcher-kva.de/"],
    ["https://tutti.dev./", "https://tutti.dev./"],
    ["http://8.8.8.8\\@127.0.0.1/", "http://8.8.8.8/@127.0.0.1/"],
    ["https://a_b.tutti.dev:8443/", "https://a_b.tutti.dev:8443/"],
  ])("%j is fetched as %s", (url, plain) => {
    expect(checkUrl(url).href).toBe(plain);
  });
});
