import assert from "node:assert/strict";
import { test } from "node:test";
import { LOOPBACK, TrustedProxies } from "./trusted-proxies.ts";

const cases: readonly (readonly [list: string, address: string | undefined, isTrusted: boolean])[] = [
  [LOOPBACK, "127.0.0.1", true],
  [LOOPBACK, "127.8.8.8", true],
  [LOOPBACK, "::1", true],
  [LOOPBACK, "::ffff:127.0.0.1", true],
  [LOOPBACK, "10.0.0.1", false],
  [LOOPBACK, "::2", false],
  [LOOPBACK, undefined, false],
  ["", "127.0.0.1", false],
  [" 10.0.0.7 , 192.168.0.0/16", "10.0.0.7", true],
  [" 10.0.0.7 , 192.168.0.0/16", "::ffff:192.168.3.4", true],
  ["10.0.0.7", "10.0.0.8", false],
  ["10.0.0.7", "127.0.0.1", false],
  ["fd00::/8", "fd12::1", true],
  ["fd00::/8", "fe80::1", false],
  ["0.0.0.0/0", "8.8.8.8", true],
];
for (const [list, address, isTrusted] of cases) {
  test(`"${list}" ${isTrusted ? "trusts" : "does not trust"} ${address}`, () => {
    assert.equal(new TrustedProxies(list).trusts(address), isTrusted);
  });
}

for (const list of [
  "proxy",
  "10.0.0.0/33",
  "fd00::/129",
  "10.0.0.0/",
  "/8",
  "10.0.0.1/8/8x",
  "10.0.0",
  "10.0.0.0/-1",
]) {
  test(`"${list}" names no peer`, () => {
    assert.throws(() => new TrustedProxies(`127.0.0.1,${list}`), RangeError);
  });
}
