import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("faults-thrown") });
after(() => app.stop());

const functions = new FunctionCaller(app);

/** First line of the text for what was thrown; where the language says nothing about it, any text will do. */
const THROWN: Readonly<Record<string, RegExp>> = {
  text: /^Uncaught text$/,
  emptyText: /^Uncaught ?$/,
  number: /^Uncaught 5$/,
  wholeNumber: /^Uncaught 5$/,
  symbol: /^Uncaught Symbol\(sign\)$/,
  nothing: /^Uncaught null$/,
  undefined: /^Uncaught undefined$/,
  boolean: /^Uncaught false$/,
  object: /^Uncaught #<Object>$/,
  array: /^Uncaught #<Array>$/,
  function: /^Uncaught \(\) ?=> ?5$/,
  nullPrototype: /^Uncaught \[object Object\]$|^Uncaught #<Object>$/,
  deepObject: /^Uncaught #<Object>$/,
  frozenObject: /^Uncaught #<Object>$/,
  frozenError: /^Uncaught Error: frozen$/,
  error: /^Uncaught Error: plain$/,
  subclass: /^Uncaught OddError: odd$/,
  emptyMessage: /^Uncaught Error$/,
  cyclicCause: /^Uncaught Error: round$/,
  aggregate: /^Uncaught AggregateError: both$/,
  longMessage: /^Uncaught Error: x{60000,70000}$/,
  loneSurrogate: /^Uncaught Error: half [\ud800\ufffd]$/,
  messageIsNoText: /^Uncaught Error: /,
  nameIsNoText: /^Uncaught (?:5|Error): named oddly$/,
  stackIsNoText: /^Uncaught Error: without frames$/,
  stackIsAway: /^Uncaught Error: without frames$/,
  throwingMessage: /^Uncaught /,
  throwingName: /^Uncaught /,
  throwingStack: /^Uncaught /,
  throwingToString: /^Uncaught #<Object>$/,
  throwingConstructor: /^Uncaught /,
  proxy: /^Uncaught /,
  proxyOfError: /^Uncaught /,
  revokedProxy: /^Uncaught /,
  promise: /^Uncaught #<Promise>$/,
  response: /^Uncaught #<Response>$/,
  claimsToBeConvexError: /^Uncaught Error: claims$/,
  frozenConvexError: /^Uncaught /,
  convexErrorWithoutValue: /^Uncaught /,
};

function firstLine(text: string): string {
  return text.split("\n")[0] as string;
}

async function assertUnharmed(): Promise<void> {
  assert.equal(await (await fetch(`${app.site}/hi`)).text(), "hi");
  assert.deepEqual(await functions.query("functions:notes"), []);
}

describe("a function that throws", () => {
  for (const [name, expected] of Object.entries(THROWN)) {
    it(`${name} fails with a text for it, of whatever kind it is`, async () => {
      for (const [kind, path] of [
        ["query", "functions:inQuery"],
        ["mutation", "functions:inMutation"],
        ["action", "functions:inAction"],
      ] as const) {
        assert.match(firstLine(await functions.errorOf(kind, path, { name })), expected, kind);
      }
      await assertUnharmed();
    });
  }

  it("an error that never tells its message is ended by the time limit", async () => {
    const error = await functions.errorOf("query", "functions:inQuery", { name: "loopingMessage" });
    assert.match(firstLine(error), /^Function execution timed out \(maximum duration: 1s\)$/);
    await assertUnharmed();
  });
});

describe("an HTTP action that throws", () => {
  for (const [name, expected] of Object.entries(THROWN)) {
    it(`${name} is answered with a 500 that has a text for it`, async () => {
      const { code, trace } = await failureAt(`/throw?${name}`);
      assert.match(firstLine(code), expected);
      assert.equal(firstLine(trace), firstLine(code));
      await assertUnharmed();
    });
  }
});

describe("an HTTP action that leaves a rejection alone", () => {
  for (const name of ["error", "text", "nothing", "proxy", "revokedProxy", "frozenError"]) {
    it(`of ${name} is answered with a 500 that has a text for it`, async () => {
      const { code } = await failureAt(`/reject?${name}`);
      assert.match(firstLine(code), THROWN[name] as RegExp);
      await assertUnharmed();
    });
  }
});

describe("an HTTP action that returns no Response but", () => {
  for (const what of [
    "nothing",
    "undefined",
    "text",
    "number",
    "object",
    "array",
    "function",
    "lookalike",
    "request",
  ]) {
    it(`${what} is told what is wanted`, async () => {
      const { code } = await failureAt(`/return?${what}`);
      assert.equal(firstLine(code), "Uncaught Error: HTTP actions must return a Response");
      await assertUnharmed();
    });
  }

  for (const what of ["prototype", "proxy"]) {
    it(`a ${what} is answered with a 500`, async () => {
      assert.match((await failureAt(`/return?${what}`)).code, /^Uncaught /);
      await assertUnharmed();
    });
  }
});

/** The texts of a 500, without the request id. */
async function failureAt(path: string): Promise<{ readonly code: string; readonly trace: string }> {
  const response = await fetch(app.site + path);
  const text = await response.text();
  assert.equal(response.status, 500, text);
  const { code, trace } = JSON.parse(text) as { readonly code: string; readonly trace: string };
  const [, message] = /^\[Request ID: [0-9a-f]{16}\] Server Error: ([\s\S]*)$/.exec(code) ?? [];
  return { code: message ?? assert.fail(text), trace };
}
