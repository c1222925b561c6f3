import assert from "node:assert/strict";
import { test } from "node:test";
import { inspectorTable, judgeInspector } from "./inspector-report.ts";
import type { InspectorResult } from "./inspector-result.ts";

/** Rounds in which recording costs so many times as much processor time. */
function withCosts(...costs: readonly (number | null)[]): InspectorResult {
  const sample = { answered: 1000, failed: 0, seconds: 2 };
  return {
    connections: 16,
    rounds: costs.map((cost, i) => ({
      round: i + 1,
      workload: "read",
      off: { ...sample, processorMs: cost === null ? null : 100 },
      on: { ...sample, answered: 500, processorMs: cost === null ? null : 50 * cost },
    })),
  };
}

test("recording may cost a twentieth of the time for a request, in the median of the rounds", () => {
  assert.deepEqual(judgeInspector(withCosts(1.05, 2, 1)), [
    {
      text: "Recording every request, GET one indexed read of 10 documents: at most 1.05× the processor time",
      measured: "1.05 (1.00–2.00)×",
      holds: true,
    },
  ]);
  assert.equal(judgeInspector(withCosts(1.06, 2, 1))[0]?.holds, false);
});

test("where the system does not tell processor time there is nothing to judge", () => {
  assert.deepEqual(judgeInspector(withCosts(null)), []);
  assert.deepEqual(inspectorTable(withCosts(null)).rows[1], [
    "GET one indexed read of 10 documents",
    "500",
    "250",
    "",
  ]);
});
