import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { test } from "node:test";
import { ExternalOrigins } from "./external-origin.ts";

const origins = new ExternalOrigins();

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
    assert.equal(origins.of(headers, null), origin));
}

test("the authority of the target counts where no header names a host", () => {
  assert.equal(origins.of({}, "a.com:1"), "http://a.com:1");
});

for (const host of ["", "a b", "a/b", "a?b", "a@b", "h:99999", "[::1", "ü"]) {
  test(`the host "${host}" is refused`, () => {
    assert.throws(() => origins.of({ host }, null), { code: "InvalidHost", status: 400 });
  });
}
