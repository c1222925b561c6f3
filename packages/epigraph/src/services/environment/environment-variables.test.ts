import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { TestDatabase } from "../../database/testing/test-database.ts";
import { EnvironmentVariables } from "./environment-variables.ts";

let database: TestDatabase;
let environment: EnvironmentVariables;

beforeEach(() => {
  database = new TestDatabase();
  environment = new EnvironmentVariables({
    database: database.database,
    authConfig: { evaluate: () => assert.fail("no code was pushed") },
    onChange: () => {},
  });
});
afterEach(() => database.close());

test("variables are set, replaced and removed in one change, and listed by name", async () => {
  await environment.update([
    { name: "B", value: "1" },
    { name: "A", value: "2" },
    { name: "C", value: "" },
  ]);
  assert.deepEqual(Object.entries(environment.list()), [
    ["A", "2"],
    ["B", "1"],
    ["C", ""],
  ]);
  await environment.update([
    { name: "A", value: null },
    { name: "B", value: "3" },
    { name: "D", value: "ü" },
  ]);
  assert.deepEqual(environment.list(), { B: "3", C: "", D: "ü" });
});

test("removing a variable that is not set does nothing", async () => {
  await environment.update([{ name: "NOPE", value: null }]);
  assert.deepEqual(environment.list(), {});
});

test("a change with one bad variable changes nothing", async () => {
  await assert.rejects(
    environment.update([
      { name: "GOOD", value: "1" },
      { name: "BAD NAME", value: "1" },
    ]),
    { code: "EnvironmentVariableNameInvalid", status: 400 },
  );
  assert.deepEqual(environment.list(), {});
});

const refused: readonly (readonly [string, string, string])[] = [
  ["1A", "x", "EnvironmentVariableNameInvalid"],
  ["", "x", "EnvironmentVariableNameInvalid"],
  ["A-B", "x", "EnvironmentVariableNameInvalid"],
  ["A\n", "x", "EnvironmentVariableNameInvalid"],
  ["A".repeat(257), "x", "EnvironmentVariableNameTooLong"],
  ["A", "x".repeat(8193), "EnvironmentVariableValueTooLarge"],
  ["A", "ü".repeat(4097), "EnvironmentVariableValueTooLarge"],
];
for (const [name, value, code] of refused) {
  test(`${code}: name ${JSON.stringify(name.slice(0, 8))} of ${name.length}, value of ${value.length}`, async () => {
    await assert.rejects(environment.update([{ name, value }]), { code });
  });
}

test("names and values at their limits are accepted", async () => {
  await environment.update([
    { name: "A".repeat(256), value: "x".repeat(8192) },
    { name: "_a1", value: "x" },
    { name: "__proto__", value: "x" },
  ]);
  assert.equal(Object.keys(environment.list()).length, 3);
});

test("the built-in variables cannot be set", async () => {
  for (const name of ["CONVEX_SITE_URL", "CONVEX_CLOUD_URL"]) {
    await assert.rejects(environment.update([{ name, value: "x" }]), {
      code: "EnvVarNameForbidden",
      message: `Environment variable with name "${name}" is built-in and cannot be overridden`,
    });
  }
});

test("a change cannot name a variable twice", async () => {
  const twice = [
    { name: "A", value: "1" },
    { name: "A", value: null },
  ];
  await assert.rejects(environment.update(twice), { code: "EnvVarNameNotUnique" });
});

test("512 variables fit, one more does not, and a removal in the same change makes room", async () => {
  const many = Array.from({ length: 512 }, (_, i) => ({ name: `V${i}`, value: "" }));
  await environment.update(many);
  await assert.rejects(environment.update([{ name: "ONE_MORE", value: "" }]), {
    code: "EnvVarLimitMet",
    message: "The environment variable limit (512) has been met.",
  });
  await environment.update([
    { name: "ONE_MORE", value: "" },
    { name: "V0", value: null },
  ]);
  assert.equal(Object.keys(environment.list()).length, 512);
});

test("all values together have at most 512 KiB", async () => {
  const full = Array.from({ length: 64 }, (_, i) => ({ name: `V${i}`, value: "x".repeat(8192) }));
  await environment.update(full);
  await assert.rejects(environment.update([{ name: "W", value: "x" }]), { code: "EnvVarTotalSizeLimitMet" });
});

test("changes made at the same time are all kept", async () => {
  await Promise.all(["A", "B", "C"].map((name) => environment.update([{ name, value: name }])));
  assert.deepEqual(environment.list(), { A: "A", B: "B", C: "C" });
});
