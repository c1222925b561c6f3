import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, describe, it } from "node:test";
import { FunctionCaller, postApi } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("functions") });
after(() => app.stop());

const functions = new FunctionCaller(app);

async function logLinesOf(path: string): Promise<readonly string[]> {
  return (await postApi(app, "/api/query", { path, args: {} })).json["logLines"] as string[];
}

describe("globals", () => {
  it("of Node, of browsers and of hosts are not there", async () => {
    const names = [
      ...["Buffer", "require", "module", "exports", "__dirname", "global", "setImmediate"],
      ...["window", "document", "navigator", "location", "localStorage", "Worker", "WebSocket"],
      ...["XMLHttpRequest", "MessageChannel", "__host", "__kernel"],
    ];
    assert.deepEqual(
      await functions.query("environment:typesOf", { names }),
      names.map(() => "undefined"),
    );
  });

  it("of the platform are there", async () => {
    const names = [
      ...["fetch", "Request", "Response", "Headers", "FormData", "Blob", "File", "URL", "URLSearchParams"],
      ...[
        "ReadableStream",
        "WritableStream",
        "TransformStream",
        "TextEncoder",
        "TextDecoder",
        "atob",
        "btoa",
      ],
      ...["AbortController", "AbortSignal", "Event", "EventTarget", "DOMException", "structuredClone"],
      ...["setTimeout", "setInterval", "clearTimeout", "clearInterval"],
    ];
    assert.deepEqual(
      await functions.query("environment:typesOf", { names }),
      names.map(() => "function"),
    );
  });

  it("have a process with nothing but its variables", async () =>
    assert.deepEqual(await functions.query("environment:processKeys"), ["env"]));

  it("format numbers and times in the languages of the world, and live in UTC", async () => {
    const [number, epoch, month] = (await functions.query("environment:intl")) as string[];
    assert.deepEqual([number, month], ["1.234,5", "January"]);
    assert.match(epoch as string, /^Thu Jan 01 1970 00:00:00 GMT\+0000/);
  });
});

describe("what only actions may do", () => {
  const refusal = (what: string): string =>
    `Can't use ${what} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`;

  it("is to fetch: an error that a query can catch", async () =>
    assert.equal(await functions.query("environment:fetchInQuery"), `Error: ${refusal("fetch()")}`));

  it("is to set timers: an error that a query can't catch", async () => {
    const text = await functions.errorOf("query", "environment:timerInQuery");
    assert.ok(text.includes(refusal("setTimeout")), text);
  });
});

describe("time", () => {
  it("stands still in a mutation", async () => {
    const [before, ...after] = (await functions.mutation("environment:clockOfMutation")) as number[];
    assert.deepEqual(after, [before, before]);
    assert.ok(Math.abs(Date.now() - (before as number)) < 60_000);
  });

  it("goes on in an action", async () => {
    const elapsedMs = (await functions.action("environment:clockOfAction")) as number;
    assert.ok(elapsedMs >= 15 && elapsedMs < 10_000, `${elapsedMs} ms`);
  });
});

describe("chance", () => {
  it("differs from run to run", async () => {
    const first = (await functions.query("environment:randomOfQuery", { run: 1 })) as unknown[];
    const second = (await functions.query("environment:randomOfQuery", { run: 2 })) as unknown[];
    assert.match(first[1] as string, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    for (const [i, value] of first.entries()) assert.notDeepEqual(value, second[i]);
  });

  it("has nothing to do with digests", async () => {
    const digest = await functions.query("environment:digest", { text: "abc" });
    assert.equal(digest, createHash("sha256").update("abc").digest("base64"));
  });
});

describe("code", () => {
  it("can't be made from text", async () => {
    const refusal = "EvalError: Code generation from strings disallowed for this context";
    assert.deepEqual(await functions.query("environment:codeFromText"), [refusal, refusal, refusal]);
  });

  it("can be imported later in an action", async () =>
    assert.equal(await functions.action("environment:importInAction"), 3));

  it("sees stacks without the line of the error", async () =>
    assert.match(String(await functions.query("environment:stackOfError")), /^ {4}at handler \(/));
});

describe("the console", () => {
  it("prints values as the platform does, under their levels", async () =>
    assert.deepEqual(await logLinesOf("environment:prints"), [
      "[LOG] 'hi' {\n  a: 1\n}",
      "[INFO] '%s' 'x'",
      "[DEBUG] [ 1, 2 ] Map (1) {\n  1 => 'a'\n} 1n -0 undefined",
      "[ERROR] [Error: boom]",
      "[WARN] 'it\\'s' []",
    ]));

  it("keeps 255 lines and says that there were more", async () => {
    const lines = await logLinesOf("environment:printsMuch");
    assert.equal(lines.length, 256);
    assert.equal(lines[254], "[LOG] 254");
    assert.equal(lines[255], "[ERROR] Log overflow (maximum 256). Remaining log lines omitted.");
  });

  it("has no other methods", async () =>
    assert.equal(
      await functions.query("environment:missingMethods"),
      "TypeError: console.table is not a function",
    ));

  it("is shown by dev with the function's name", async () => {
    const from = app.output().length;
    await functions.query("environment:prints");
    await app.waitForOutput(/\[environment:prints\] INFO '%s' 'x' \([\d.]+ ms\)\n/, { from });
  });
});

describe("environment variables", () => {
  it("that are not set are undefined", async () =>
    assert.equal(await functions.query("environment:variable"), "undefined"));

  it("have names of letters, digits and underscores", async () =>
    assert.equal(
      await functions.query("environment:badVariableName"),
      "Error: The environment variable name not a name is invalid. Environment variable names must begin with a letter and may only include characters a-z, A-Z, 0-9, and underscores.",
    ));
});

describe("an action that forgets to await", () => {
  it("is warned", async () => {
    const { json } = await postApi(app, "/api/action", { path: "environment:lostPromise", args: {} });
    const [line] = json["logLines"] as string[];
    assert.match(
      line ?? "",
      /^\[WARN\] 1 unawaited operation\(s\): \[.+\]\. Async operations should be awaited or they might not run\. See https:\/\/docs\.convex\.dev\/functions\/actions#dangling-promises for more information\.$/,
    );
  });
});
