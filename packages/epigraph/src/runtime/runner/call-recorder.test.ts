import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plainError } from "./call-error.ts";
import { type CallRecord, decodeCallRecord, type EncodedCallRecord } from "./call-record.ts";
import { CallRecorder } from "./call-recorder.ts";

function makeRecorder(): { readonly recorder: CallRecorder; wait(ms: number): void } {
  let nowMs = 100;
  return {
    recorder: new CallRecorder(() => nowMs),
    wait: (ms) => {
      nowMs += ms;
    },
  };
}

function recordOf(recorder: CallRecorder): CallRecord {
  return decodeCallRecord(recorder.toRecord() as EncodedCallRecord);
}

describe("what an execution called", () => {
  it("is told in the order in which it began, with arguments, results, failures and times", () => {
    const { recorder, wait } = makeRecorder();
    assert.equal(recorder.toRecord(), null);
    wait(1);
    const outer = recorder.begin("a.js:outer", "action", "[{}]");
    wait(1);
    const inner = outer.recorder.begin("a.js:inner", "query", '[{"x":1}]');
    wait(1);
    inner.end({ json: '"found"' });
    outer.end(plainError("boom"));
    recorder.begin("a.js:endless", "mutation", "[{}]");
    wait(1);
    const nothing = { result: null, error: null, transaction: null, calls: [] };
    const kept = (text: string) => ({ text, isCut: false });
    assert.deepEqual(recordOf(recorder), {
      omitted: 0,
      calls: [
        {
          ...nothing,
          path: "a.js:outer",
          kind: "action",
          startMs: 1,
          durationMs: 2,
          args: kept("[{}]"),
          error: kept("boom"),
          calls: [
            {
              ...nothing,
              path: "a.js:inner",
              kind: "query",
              startMs: 2,
              durationMs: 1,
              args: kept('[{"x":1}]'),
              result: kept('"found"'),
            },
          ],
        },
        {
          ...nothing,
          path: "a.js:endless",
          kind: "mutation",
          startMs: 3,
          durationMs: null,
          args: kept("[{}]"),
        },
      ],
    });
  });

  it("is bounded: calls, each text, and all texts of nested calls together", () => {
    const { recorder } = makeRecorder();
    for (let i = 0; i < 60; i++) {
      const call = recorder.begin("a.js:act", "action", "x".repeat(10_000));
      call.recorder.begin("a.js:read", "query", "y".repeat(10_000)).end({ json: "z" });
      call.end({ json: "null" });
    }
    const { calls, omitted } = recordOf(recorder);
    assert.equal(calls.length, 50);
    assert.equal(omitted, 20);
    assert.deepEqual(calls[0]?.args, { text: "x".repeat(8192), isCut: true });
    assert.deepEqual(calls.at(-1)?.args, { text: "", isCut: true });
    assert.ok(JSON.stringify(recorder.toRecord()).length < 100_000);
  });

  it("hands on what transactions did to who asked as well", () => {
    const { recorder } = makeRecorder();
    const told: unknown[] = [];
    const explanation = { durationMs: 1 } as never;
    recorder.begin("a.js:read", "query", "[{}]").explaining((each) => told.push(each))(explanation);
    recorder.begin("a.js:read", "query", "[{}]").explaining(null)(explanation);
    assert.deepEqual(told, [explanation]);
    assert.deepEqual(
      recordOf(recorder).calls.map(({ transaction }) => transaction),
      [explanation, explanation],
    );
  });
});
