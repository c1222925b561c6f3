import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CommitExplanation, TransactionExplanation } from "../runtime/runner/explanation.ts";
import { formatExplanation } from "./explanation-printer.ts";
import { makePaint } from "./paint.ts";

const CALL = {
  path: "a.js:b",
  kind: "mutation",
  calls: 1,
  durationMs: 1,
  reads: [],
  writes: [{ table: "t", documents: 2, bytes: 2048 }],
  nested: [],
} as const;

const USED = { documentsRead: 0, bytesRead: 0, documentsWritten: 2, bytesWritten: 2048 };

function attemptsEndingWith(...commits: CommitExplanation[]): TransactionExplanation {
  const attempts = commits.map((commit) => ({ waitedMs: 20.4, ranMs: 1.26, commit }));
  return { durationMs: 100, attempts, used: USED, call: CALL };
}

const lost = (conflict: NonNullable<CommitExplanation["conflict"]>): CommitExplanation => ({
  durationMs: 3,
  end: "conflict",
  conflict,
});

describe("the lines of an explanation", () => {
  it("tell of every cause of a conflict", () => {
    const explanation = attemptsEndingWith(
      lost({ cause: "document", table: "t", documentId: "j57", source: "c.js:default" }),
      lost({ cause: "document", table: "t", documentId: "j57", source: "a.js:b" }),
      lost({ cause: "document", table: "t", documentId: null, source: null }),
      lost({ cause: "catalogue" }),
      lost({ cause: "history" }),
    );
    assert.equal(
      formatExplanation(explanation, makePaint(false)),
      `mutation took 100 ms, read 0 documents (0 B), wrote 2 documents (2 KiB), 5 attempts
    attempt 1: ran 1.3 ms, conflict after 3.0 ms: c wrote document j57 of t
    attempt 2: waited 20 ms, ran 1.3 ms, conflict after 3.0 ms: another call of it wrote document j57 of t
    attempt 3: waited 20 ms, ran 1.3 ms, conflict after 3.0 ms: somebody wrote to t
    attempt 4: waited 20 ms, ran 1.3 ms, conflict after 3.0 ms: tables, indexes, code or environment variables changed while it ran
    attempt 5: waited 20 ms, ran 1.3 ms, conflict after 3.0 ms: its snapshot was too old by then to be checked
    t: wrote 2 documents (2 KiB)
`,
    );
  });

  it("tell of a commit that failed", () => {
    const explanation = attemptsEndingWith({ durationMs: 3, end: "failed", conflict: null });
    assert.match(
      formatExplanation(explanation, makePaint(false)),
      /\n {4}ran 1\.3 ms, failed after 3\.0 ms\n/,
    );
  });
});
