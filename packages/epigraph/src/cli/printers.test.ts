import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AppError, appError } from "../deploy/app-error.ts";
import { findApp } from "../deploy/find-app.ts";
import type { PushReport } from "../deploy/push-report.ts";
import { TempApp } from "../deploy/testing/temp-app.ts";
import type { ExecutionEvent } from "../functions/execution-event.ts";
import { codeFrame, describeError } from "./error-printer.ts";
import { formatEvent } from "./log-printer.ts";
import { makePaint } from "./paint.ts";
import { formatReport } from "./report-printer.ts";

const plain = makePaint(false);
const NONE = { added: [], removed: [] };
const NO_CRONS = { added: [], updated: [], deleted: [] };

describe("the line on a push", () => {
  const report = (changes: Partial<PushReport>): string => {
    const unchanged = {
      changed: true,
      functions: NONE,
      routes: NONE,
      indexes: NONE,
      crons: NO_CRONS,
      authProviders: NONE,
      schemaChanged: false,
    };
    return formatReport({ ...unchanged, modules: { ...NONE, modified: [] }, ...changes }, 41.6, plain);
  };

  it("says what is new and what is gone", () => {
    assert.equal(
      report({
        functions: { added: ["messages:list", "messages:send"], removed: ["tasks"] },
        routes: { added: ["GET /a"], removed: [] },
        indexes: { added: [], removed: ["messages.by_a", "messages.by_b"] },
        schemaChanged: true,
        crons: { added: ["clean up"], updated: ["report"], deleted: ["old"] },
      }),
      "✔ Pushed in 42 ms: + 2 functions messages:list, messages:send, - function tasks, + route GET /a, - 2 indexes messages.by_a, messages.by_b, + cron clean up, - cron old, changed cron report, schema changed\n",
    );
  });

  it("names modules that changed inside, but not the chunks that share their code", () => {
    const modified = ["messages.js", "_deps/ABCD.js", "schema.js", "_sdk.js", "sub/tasks.js"];
    assert.equal(
      report({ modules: { ...NONE, modified } }),
      "✔ Pushed in 42 ms: changed messages, sub/tasks\n",
    );
  });

  it("stays short for many", () => {
    const added = ["a", "b", "c", "d", "e", "f", "g"];
    assert.match(report({ functions: { added, removed: [] } }), /\+ 7 functions a, b, c, d, e and 2 more\n$/);
  });

  it("says that nothing changed", () => {
    assert.equal(report({}), "✔ Pushed in 42 ms: nothing changed\n");
  });
});

describe("the lines of an execution", () => {
  const base = { identifier: "messages.js:list", kind: "query", requestId: "r" } as const;
  const ended = {
    ...base,
    type: "end",
    identityType: "unknown",
    origin: "HttpApi",
    isCached: false,
    status: null,
    error: null,
    fault: null,
    usage: null,
    lines: [],
    isKnown: true,
  } as const;
  const now = new Date(2024, 4, 1, 14, 3, 9);
  const print = (event: ExecutionEvent): string => formatEvent(event, now, plain);

  it("have function, level and duration, nested calls their own name", () => {
    const lines = [
      { level: "LOG", text: "'hi' 1", path: null, timeMs: 0 },
      { level: "WARN", text: "'there'", path: "users.js:default", timeMs: 0 },
    ] as const;
    const printed =
      "14:03:09 [messages:list] LOG 'hi' 1 (3.1 ms)\n14:03:09 [messages:list > users] WARN 'there' (3.1 ms)\n";
    assert.equal(print({ ...base, type: "lines", lines, elapsedMs: 3.06 }), printed);
    assert.equal(print({ ...ended, lines, durationMs: 3.06 }), printed);
  });

  it("end with the failure and its frames", () => {
    const error = { message: "Uncaught Error: no", frames: "    at f (../convex/a.ts:1:2)\n", data: null };
    assert.equal(
      print({ ...ended, durationMs: 1234.5, error }),
      "14:03:09 [messages:list] query failed after 1235 ms: Uncaught Error: no\n    at f (../convex/a.ts:1:2)\n",
    );
  });

  it("are none where nothing was logged and nothing failed", () => {
    assert.equal(print({ ...ended, durationMs: 1 }), "");
  });
});

describe("an error of the app", () => {
  const SOURCE = 'import x from "x";\n\nexport const a = 1;\n\tthrow new Error("no");\n';

  it("shows every problem with its place, the lines around it and what helps", () => {
    using temp = new TempApp({ "convex/a.ts": SOURCE }, { packages: [] });
    const error = new AppError("BundleFailed", [
      {
        text: "Could not resolve it",
        location: { file: "convex/a.ts", line: 1, column: 14 },
        notes: ["Install it"],
      },
      { text: "No place", location: null, notes: [] },
    ]);
    assert.equal(
      describeError(error, temp.app, plain),
      `✘ Could not resolve it
  convex/a.ts:1:15
  > 1 │ import x from "x";
      │               ^
    2 │
  Install it

✘ No place
`,
    );
  });

  it("puts the mark under tabs", () => {
    assert.equal(
      codeFrame(SOURCE, { line: 4, column: 1 }, plain),
      `    2 │
    3 │ export const a = 1;
  > 4 │ \tthrow new Error("no");
      │ \t^
    5 │
`,
    );
  });

  it("finds files of shared packages above the app", () => {
    using temp = new TempApp(
      { "apps/web/convex/a.ts": "", "packages/shared/x.ts": "fail();\n" },
      { packages: [] },
    );
    const app = findApp(`${temp.folder}/apps/web`);
    const error = appError("InvalidModules", "Failed", { file: "packages/shared/x.ts", line: 1, column: 0 });
    assert.match(
      describeError(error, app, plain),
      / {2}\.\.\/\.\.\/packages\/shared\/x\.ts:1:1\n {2}> 1 │ fail\(\);/,
    );
  });

  it("names a place that can't be shown", () => {
    using temp = new TempApp({ "convex/a.ts": SOURCE }, { packages: [] });
    const at = (file: string, line: number): string =>
      describeError(appError("BundleFailed", "Failed", { file, line, column: 0 }), temp.app, plain);
    assert.equal(at("convex/gone.ts", 3), "✘ Failed\n  convex/gone.ts:3:1\n");
    assert.equal(at("convex/a.ts", 99), "✘ Failed\n  convex/a.ts:99:1\n");
  });

  it("is told by its message alone where it has a code, with its stack where it is a fault of ours", () => {
    using temp = new TempApp({ "convex/a.ts": SOURCE }, { packages: [] });
    const known = Object.assign(new Error("Known"), { code: "SchemaValidationFailed" });
    assert.equal(describeError(known, temp.app, plain), "✘ Known\n");
    assert.match(describeError(new TypeError("Bug"), temp.app, plain), /^✘ TypeError: Bug\n {4}at /);
  });
});
