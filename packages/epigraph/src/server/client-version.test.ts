import assert from "node:assert/strict";
import { test } from "node:test";
import { clientSupport, expectsEncodedJson, parseClient } from "./client-version.ts";

const parsed: readonly (readonly [string, string, string | null])[] = [
  ["npm-1.48.0", "npm", "1.48.0"],
  ["npm-cli-1.48.0", "npm-cli", "1.48.0"],
  ["NPM-1.48.0", "npm", "1.48.0"],
  ["python-0.7.0-a1", "python", "0.7.0"],
  ["streaming-import-1.0.0", "streaming-import", "1.0.0"],
  ["dashboard-0.0.0", "dashboard", "0.0.0"],
  ["my-tool", "my", null],
  ["npm-unknown", "npm", null],
  ["-", "", null],
];
for (const [header, name, version] of parsed) {
  test(`Convex-Client: ${header} is ${name} in version ${version}`, () => {
    const client = parseClient(header);
    assert.equal(client.name, name);
    assert.equal(client.version?.numbers.join(".") ?? null, version);
  });
}

test("a client without a hyphen is refused", () => {
  assert.throws(() => parseClient("nodash"), {
    code: "InvalidClientVersion",
    message: /^Failed to parse client version string: 'nodash'/,
  });
});

const support: readonly (readonly [string, string])[] = [
  ["npm-0.19.1", "Unsupported"],
  ["npm-0.19.1-alpha.1", "Unsupported"],
  ["npm-0.19.2", "supported"],
  ["npm-cli-0.1.0", "Unsupported"],
  ["actions-0.19.1", "Unsupported"],
  ["npm-unknown", "Unsupported"],
  ["python-0.0.2", "Unsupported"],
  ["python-0.2.0", "UpgradeRequired"],
  ["python-0.2.1", "supported"],
  ["rust-0.0.1", "Unsupported"],
  ["rust-0.0.2", "supported"],
  ["swift-0.0.0", "supported"],
  ["my-tool", "supported"],
  ["constructor-0.0.0", "supported"],
];
for (const [header, state] of support) {
  test(`${header} is ${state}`, () => assert.equal(clientSupport(parseClient(header)).state, state));
}

const encoded: readonly (readonly [string, boolean])[] = [
  ["npm-1.0.0", true],
  ["npm-1.4.0", true],
  ["npm-1.4.1-alpha.0", true],
  ["npm-1.4.1", false],
  ["npm-1.48.0", false],
  ["npm-cli-1.3.9", true],
  ["actions-1.0.0", true],
  ["python-0.4.9", true],
  ["python-0.5.0", false],
  ["rust-0.1.0", false],
];
for (const [header, expected] of encoded) {
  test(`${header} expects ${expected ? "lossless" : "clean"} JSON`, () => {
    assert.equal(expectsEncodedJson(parseClient(header)), expected);
  });
}

test("a request without the header is from a modern client", () => {
  assert.equal(expectsEncodedJson(null), false);
});
