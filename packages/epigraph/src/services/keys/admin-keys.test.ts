import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { TestDatabase } from "../../database/testing/test-database.ts";
import { parseActingIdentity } from "./acting-identity.ts";
import { splitAdminCredentials } from "./admin-credentials.ts";
import { AdminKeys } from "./admin-keys.ts";
import { StoredKeys } from "./stored-keys.ts";

const secret = new Uint8Array(32).fill(7);
const db = new TestDatabase();
after(() => db.close());
const newStored = (): StoredKeys =>
  new StoredKeys({
    database: db.database,
    instanceName: "happy-otter-1",
    nowMs: () => db.nowMs,
    random: randomBytes,
  });
const stored = newStored();
const keys = new AdminKeys({ instanceName: "happy-otter-1", secret, stored });
const bad = { code: "BadAdminKey", message: "The provided admin key was invalid for this instance" };

function base64(json: unknown): string {
  return Buffer.from(JSON.stringify(json)).toString("base64");
}

test("a key is the instance name, a bar and hex digits, and always the same", () => {
  assert.match(keys.create(), /^happy-otter-1\|01[0-9a-f]{64}$/);
  assert.equal(new AdminKeys({ instanceName: "happy-otter-1", secret, stored }).create(), keys.create());
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
    new AdminKeys({ instanceName: "other", secret, stored }).create(),
    new AdminKeys({ instanceName: "happy-otter-1", secret: new Uint8Array(32), stored }).create(),
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

test("a key that was made has a name and rights, also after a start, until it is revoked", async () => {
  const key = await stored.create("ci server", "deploy");
  assert.match(key, /^happy-otter-1\|02[0-9a-f]{64}$/);
  const holder = keys.check(key);
  assert.equal(holder.name, "ci server");
  assert.ok(holder.rights.includes("Deploy"));
  const later = new AdminKeys({ instanceName: "happy-otter-1", secret, stored: newStored() });
  assert.deepEqual(later.check(key), holder);
  const flip = (at: number): string => key.slice(0, at) + (key[at] === "0" ? "1" : "0") + key.slice(at + 1);
  for (const other of [
    flip(key.length - 1),
    flip(20),
    `other|${key.split("|")[1]}`,
    key.slice(0, -1),
    "x|02",
  ]) {
    assert.throws(() => keys.check(other), bad, other);
  }
  await assert.rejects(stored.create("ci server", "full"), { code: "InvalidKeyName" });
  await stored.revoke("ci server");
  assert.throws(() => keys.check(key), bad);
  await assert.rejects(stored.revoke("ci server"), { code: "KeyNotFound" });
  await stored.create("ci server", "readOnly");
  assert.deepEqual(
    stored.list().map(({ name, scope, revokedMs }) => [name, scope, revokedMs === null]),
    [
      ["ci server", "deploy", false],
      ["ci server", "readOnly", true],
    ],
  );
});

test("names of keys that are none are refused", async () => {
  for (const name of ["", "root", "a\nb", "x".repeat(65), "\u202e"]) {
    await assert.rejects(stored.create(name, "full"), { code: "InvalidKeyName" }, JSON.stringify(name));
  }
});

test("a secret of another length than 32 bytes is refused", () => {
  assert.throws(() => new AdminKeys({ instanceName: "a", secret: new Uint8Array(31), stored }), RangeError);
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
