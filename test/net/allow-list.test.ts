/** Doubt: that an entry lets through more than it says, or something that only looks like it. */
import { describe, expect, test } from "vitest";
import { readAllowList } from "../../src/net/allow-list.ts";
import { assertReachable, checkUrl } from "../../src/net/check-url.ts";
import { faultOf } from "./faults.ts";

/** Whether a URL whose host has this address may be fetched. */
function passes(entry: string, url: string, address: string): boolean {
  const allow = readAllowList([entry]);
  try {
    const { hostname, port } = checkUrl(url, { allow });
    assertReachable(hostname.replaceAll(/[[\]]|\.$/g, ""), Number(port || 80), address, allow);
    return true;
  } catch {
    return false;
  }
}

describe("an entry", () => {
  test.each([
    ["gpu.internal", "http://gpu.internal/", "10.0.0.5"],
    ["GPU.internal.", "http://gpu.internal:9000/", "10.0.0.5"],
    ["gpu", "http://gpu:9000/", "172.16.0.1"],
    ["gpu.internal:9000", "http://gpu.internal:9000/", "10.0.0.5"],
    ["gpu.internal:80", "http://gpu.internal/", "10.0.0.5"],
    ["localhost:9000", "http://localhost:9000/", "127.0.0.1"],
    ["localhost:9000", "http://localhost.:9000/", "::1"],
    ["10.0.0.5", "http://10.0.0.5:9000/", "10.0.0.5"],
    ["10.0.0.5", "http://gpu.internal/", "10.0.0.5"],
    ["10.0.0.5:9000", "http://10.0.0.5:9000/", "10.0.0.5"],
    ["10.0.0.0/8", "http://gpu.internal/", "10.200.1.1"],
    ["10.0.0.0/8", "http://0xa000001/", "10.0.0.1"],
    ["::1", "http://[::1]:9000/", "::1"],
    ["[::1]:9000", "http://[::1]:9000/", "::1"],
    ["fd00::/8", "http://gpu.internal/", "fd00::5"],
    ["169.254.169.254", "http://metadata.internal/", "169.254.169.254"],
    ["gpu.internal:25", "http://gpu.internal:25/", "10.0.0.5"],
  ])("%s lets %s at %s through", (entry, url, address) => {
    expect(passes(entry, url, address)).toBe(true);
  });

  test.each([
    ["gpu.internal", "http://gpu2.internal/", "10.0.0.5"],
    ["gpu.internal", "http://a.gpu.internal/", "10.0.0.5"],
    ["gpu.internal", "http://internal/", "10.0.0.5"],
    ["gpu.internal:9000", "http://gpu.internal:9001/", "10.0.0.5"],
    ["gpu.internal:9000", "http://gpu.internal/", "10.0.0.5"],
    ["gpu.internal", "http://10.0.0.5/", "10.0.0.5"],
    ["gpu.internal", "http://gpu.internal:25/", "10.0.0.5"],
    ["gpu.internal", "http://gpu.internal/", "169.254.169.254"],
    ["gpu.internal", "http://gpu.internal/", "fd00:ec2::254"],
    ["10.0.0.5:9000", "http://10.0.0.5:9001/", "10.0.0.5"],
    ["10.0.0.5", "http://10.0.0.50/", "10.0.0.50"],
    ["10.0.0.0/8", "http://gpu.internal/", "11.0.0.1.internal"],
    ["10.0.0.0/8", "http://gpu.internal/", "192.168.0.1"],
    // A name of the inside is none of the Internet's, even with a public address.
    ["10.0.0.0/8", "http://gpu.internal/", "8.8.8.8"],
    ["fd00::/8", "http://[fe80::1]/", "fe80::1"],
  ])("%s does not let %s at %s through", (entry, url, address) => {
    expect(passes(entry, url, address)).toBe(false);
  });

  test.each([
    "",
    " ",
    "*",
    "*.internal",
    "http://gpu.internal",
    "user@gpu",
    "gpu/8",
    "10.0.0.0/33",
    "10.0.0.0/",
    "a b",
    "gpu?x",
    "gpu#x",
    "gpu:99999",
    "::1/129",
  ])("%j is none", async (entry) => {
    expect(await faultOf(() => readAllowList([entry]))).toMatchObject({ code: "misconfigured" });
  });
});
