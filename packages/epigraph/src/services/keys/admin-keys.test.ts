import assert from "node:assert/strict";
import { test } from "node:test";
import { parseActingIdentity } from "./acting-identity.ts";
import { splitAdminCredentials } from "./admin-credentials.ts";
import { AdminKeys } from "./admin-keys.ts";

const secret = new Uint8Array(32).fill(7);
const keys = new AdminKeys({ instanceName: "happy-otter-1", secret });
const bad = { code: "BadAdminKey", message: "The provided admin key was invalid for this instance" };

function base64(json: unknown): string {
  return Buffer.from(JSON.stringify(json)).toString("base64");
}

test("a key is the instance name, a bar and hex digits, and always the same", () => {
  assert.match(keys.create(), /^happy-otter-1\|01[0-9a-f]{64}$/);
  assert.equal(new AdminKeys({ instanceName: "happy-otter-1", secret }).create(), keys.create());
});

test("a deployment accepts its own key", () => {
  keys.check(keys.create());
});

test("a key without the instance name is accepted, as keys with a project's name arrive", () => {
  keys.check(keys.create().slice("happy-otter-1|".length));
});

test("keys of another name, another secret, cut short, or made up are refused", () => {
  const hex = keys.create().slice("happy-otter-1|".length);
  const others = [
    new AdminKeys({ instanceName: "other", secret }).create(),
    new AdminKeys({ instanceName: "happy-otter-1", secret: new Uint8Array(32) }).create(),
    `other|${hex}`,
    keys.create().slice(0, -1),
    `${keys.create()}0`,
    "happy-otter-1|",
    "happy-otter-1|é",
    "nonsense",
    "",
  ];
  for (const key of others) assert.throws(() => keys.check(key), bad, key);
});

test("a secret of another length than 32 bytes is refused", () => {
  assert.throws(() => new AdminKeys({ instanceName: "a", secret: new Uint8Array(31) }), RangeError);
});

const splits: readonly (readonly [string, string, string | null])[] = [
  ["name|hex", "name|hex", null],
  ["prod:name|hex", "name|hex", null],
  ["dev:name|hex", "name|hex", null],
  ["preview:team:app|hex", "hex", null],
  ["project:team:app|hex", "hex", null],
  ["name|hex:aWQ=", "name|hex", "aWQ="],
  ["prod:name|hex:aWQ=", "name|hex", "aWQ="],
  ["preview:team:app|hex:aWQ=", "hex", "aWQ="],
  ["hex", "hex", null],
  ["hex:aWQ=", "hex", "aWQ="],
];
for (const [text, key, actingAs] of splits) {
  test(`credentials ${text} are the key ${key}${actingAs === null ? "" : " acting as somebody"}`, () => {
    assert.deepEqual(splitAdminCredentials(text), { key, actingAs });
  });
}

test("an acting identity with issuer and subject has them as its token identifier", () => {
  const identity = parseActingIdentity(
    base64({ issuer: "i", subject: "s", name: "Ada", role: ["x"], email: null }),
  );
  assert.deepEqual(identity, { issuer: "i", subject: "s", name: "Ada", role: ["x"], tokenIdentifier: "i|s" });
});

test("an acting identity with a token identifier needs nothing else", () => {
  assert.deepEqual(parseActingIdentity(base64({ tokenIdentifier: "t" })), { tokenIdentifier: "t" });
});

for (const text of [
  "%%",
  "e30",
  base64({}),
  base64([]),
  base64("x"),
  base64({ issuer: "i" }),
  "eyJ",
  "/w==",
]) {
  test(`the acting identity ${text} is malformed`, () => {
    assert.throws(() => parseActingIdentity(text), {
      code: "HeaderParseFailure",
      message: "Malformed Authorization header.",
    });
  });
}
