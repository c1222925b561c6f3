import assert from "node:assert/strict";
import { it } from "node:test";
import type { RecordedCall } from "../runtime/runner/call-record.ts";
import { describeRun } from "./describe-run.ts";

const CALL: RecordedCall = {
  path: "messages.js:send",
  kind: "mutation",
  startMs: 0.5,
  durationMs: 1.25,
  args: { text: '[{"author":"Ada"}]', isCut: false },
  result: { text: '"j57', isCut: true },
  error: null,
  transaction: {
    durationMs: 1,
    attempts: [
      { waitedMs: 0, ranMs: 1, commit: null },
      { waitedMs: 0, ranMs: 1, commit: null },
    ],
    used: { documentsRead: 3, bytesRead: 9, documentsWritten: 1, bytesWritten: 3 },
    call: {
      path: "messages.js:send",
      kind: "mutation",
      calls: 1,
      durationMs: 1,
      reads: [],
      writes: [],
      nested: [],
    },
  },
  calls: [],
};

it("what a request called and printed is told in the order of time", () => {
  const action: RecordedCall = {
    ...CALL,
    path: "mail.js:post",
    kind: "action",
    startMs: 0.1,
    durationMs: null,
    result: null,
    error: { text: "boom", isCut: false },
    transaction: null,
    calls: [CALL],
  };
  const lines = [{ atMs: 0.25, level: "LOG", text: "'hello'\nyou", path: "mail.js:post" }] as const;
  assert.deepEqual(describeRun({ run: { waitedMs: 0, calls: [action], omitted: 2 }, lines }), [
    `# +0.1 ms  action mail.js:post, not ended\n#   [{"author":"Ada"}] → failed: boom`,
    "# +0.3 ms  LOG mail.js:post: 'hello'\n#   you",
    `# +0.5 ms  mail.js:post > mutation messages.js:send, 1.3 ms, 3 read, 1 written, 2 attempts\n#   [{"author":"Ada"}] → "j57…`,
    "# and 2 calls more",
  ]);
  assert.deepEqual(describeRun({ run: null, lines: [] }), []);
});
