import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { test } from "node:test";
import { LOOPBACK, TrustedProxies } from "../trusted-proxies.ts";
import { ExternalOrigins } from "./external-origin.ts";

const PEER = "127.0.0.1";
const origins = new ExternalOrigins(new TrustedProxies(LOOPBACK));

const seen: readonly (readonly [IncomingHttpHeaders, string])[] = [
  [{ host: "h:3211" }, "http://h:3211"],
  [{ host: "h", "x-forwarded-proto": "https" }, "https://h"],
  [{ host: "h", "x-forwarded-proto": "HTTPS, http" }, "https://h"],
  [{ host: "h", "x-forwarded-proto": "gopher" }, "http://h"],
  [{ host: "h", "x-forwarded-host": "e.com" }, "http://e.com"],
  [{ host: "h", "x-forwarded-host": "e.com, proxy" }, "http://e.com"],
  [{ host: "h", forwarded: "for=1.2.3.4;host=f.com;proto=https" }, "https://f.com"],
  [
    { host: "h", forwarded: 'host="f.com:8443", host=g.com', "x-forwarded-host": "e.com" },
    "http://f.com:8443",
  ],
  [{ host: "h", forwarded: "proto=https", "x-forwarded-proto": "http" }, "http://h"],
  [{ host: "[::1]:3211" }, "http://[::1]:3211"],
];
for (const [headers, origin] of seen) {
  test(`${JSON.stringify(headers)} is seen as ${origin}`, () =>
    assert.equal(origins.of(headers, PEER, null), origin));
}

test("headers of a peer that nobody named are not believed, for the URL would be the client's to choose", () => {
  const headers = {
    host: "h",
    forwarded: "host=f.com;proto=https",
    "x-forwarded-host": "e.com",
    "x-forwarded-proto": "https",
  };
  assert.equal(origins.of(headers, "10.0.0.1", null), "http://h");
  assert.equal(origins.of(headers, undefined, null), "http://h");
});

test("the authority of the target counts where no header names a host", () => {
  assert.equal(origins.of({}, PEER, "a.com:1"), "http://a.com:1");
});

for (const host of ["", "a b", "a/b", "a?b", "a@b", "h:99999", "[::1", "ü"]) {
  test(`the host "${host}" is refused`, () => {
    assert.throws(() => origins.of({ host }, PEER, null), { code: "InvalidHost", status: 400 });
  });
}
