/** Doubt: that a name server that is silent, wrong or half right holds up a fetch, or makes a name public. */
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { askServers, resolveLocally } from "../../src/net/resolve-host.ts";

const A = 1;
const AAAA = 28;
const NXDOMAIN = 3;
const SERVFAIL = 2;

interface Answer {
  readonly code?: number;
  readonly data?: readonly (readonly number[])[];
}

/** A name server on loopback. What it has no answer for, it is silent about. */
async function askingServer(answers: Readonly<Record<number, Answer>>, timeout = 5000): Promise<Resolver> {
  const server = createSocket("udp4");
  server.on("message", (query, { port, address }) => {
    const type = query.readUInt16BE(query.indexOf(0, 12) + 1);
    const answer = answers[type];
    if (answer) server.send(reply(query, type, answer), port, address);
  });
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const resolver = new Resolver({ timeout, tries: 1 });
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
  return resolver;
}

/** RFC 1035, section 4. */
function reply(query: Buffer, type: number, { code = 0, data = [] }: Answer): Buffer {
  const question = query.subarray(12, query.indexOf(0, 12) + 5);
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(data.length, 6);
  const records = data.map((bytes) => Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]));
  return Buffer.concat([header, question, ...records]);
}

const four = {
  data: [
    [192, 0, 2, 7],
    [10, 0, 0, 1],
  ],
};
const six = { data: [[0xfd, ...Array.from({ length: 14 }, () => 0), 1]] };
const life = (): AbortSignal => new AbortController().signal;

test("every address of both families is found, so that every one is checked", async () => {
  const resolver = await askingServer({ [A]: four, [AAAA]: six });
  expect((await askServers(resolver, "a.tutti.dev", life())).toSorted()).toEqual(["10.0.0.1", "192.0.2.7", "fd00::1"]);
});

test.each<[string, Record<number, Answer>, readonly string[]]>([
  ["one family only", { [A]: four, [AAAA]: {} }, ["192.0.2.7", "10.0.0.1"]],
  ["one family, the other one unknown for now", { [A]: four, [AAAA]: { code: SERVFAIL } }, ["192.0.2.7", "10.0.0.1"]],
  ["no such name", { [A]: { code: NXDOMAIN }, [AAAA]: { code: NXDOMAIN } }, []],
  ["no address", { [A]: {}, [AAAA]: {} }, []],
])("%s", async (_name, answers, addresses) => {
  expect(await askServers(await askingServer(answers), "a.tutti.dev", life())).toEqual(addresses);
});

test.each<[string, Record<number, Answer>]>([
  ["silent", {}],
  ["broken", { [A]: { code: SERVFAIL }, [AAAA]: { code: SERVFAIL } }],
  ["sure of only one family", { [A]: { code: NXDOMAIN }, [AAAA]: { code: SERVFAIL } }],
])("a server that is %s makes no name unknown", async (_name, answers) => {
  await expect(askServers(await askingServer(answers, 50), "a.tutti.dev", life())).rejects.toThrow(/query/);
});

test("asking ends when nobody waits any more", async () => {
  const caller = new AbortController();
  const resolver = await askingServer({});
  const asking = askServers(resolver, "a.tutti.dev", caller.signal);
  caller.abort();
  await expect(asking).rejects.toMatchObject({ code: "ECANCELLED" });
});

test("the machine's own way knows this machine", async () => {
  const addresses = await resolveLocally("localhost", life());
  expect(addresses.every((address) => address === "127.0.0.1" || address === "::1")).toBe(true);
  expect(addresses.length).toBeGreaterThan(0);
});
