import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { assertFails, scanTable, TestDatabase } from "../testing/test-database.ts";
import { DEFAULT_TRANSACTION_LIMITS } from "./transaction-limits.ts";
import { Usage } from "./usage.ts";

const FILES = "Consider storing and reading large files in actions, or through upload URLs.";
const ADVICE =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

describe("limits of a transaction", () => {
  let test: TestDatabase;
  let ids: string[];
  before(async () => {
    test = new TestDatabase();
    ids = await test.mutate((run) => Array.from({ length: 20 }, (_, i) => run.insert("t", { i })));
  });
  after(() => test.close());

  const limited = (
    limits: Partial<typeof DEFAULT_TRANSACTION_LIMITS>,
  ): { limits: typeof DEFAULT_TRANSACTION_LIMITS } => ({
    limits: { ...DEFAULT_TRANSACTION_LIMITS, ...limits },
  });
  const inFunction = "in a single function execution";

  it("word what was too much as the platform does", () => {
    test.run(
      (run) => {
        assertFails(
          () => run.collect(scanTable("t")),
          `Too many documents read ${inFunction} (limit: 10). ${ADVICE}`,
          "TooManyDocumentsRead",
        );
      },
      limited({ documentsRead: 10 }),
    );
    test.run(
      (run) => {
        assertFails(
          () => run.collect(scanTable("t")),
          `Too many bytes read ${inFunction} (limit: 100 bytes). ${ADVICE}`,
          "TooManyBytesRead",
        );
      },
      limited({ bytesRead: 100 }),
    );
    test.run(
      (run) => {
        run.get(ids[0]!);
        run.get(ids[5]!);
        assertFails(
          () => run.get(ids[10]!),
          `Too many reads ${inFunction} (limit: 2). ${ADVICE}`,
          "TooManyReads",
        );
      },
      limited({ databaseQueries: 2 }),
    );
    test.run(
      (run) => {
        run.insert("t", {});
        assertFails(() => run.insert("t", {}), `Too many writes ${inFunction} (limit: 1)`, "TooManyWrites");
        assert.equal(run.collect(scanTable("t")).length, 21);
      },
      limited({ documentsWritten: 1 }),
    );
    test.run((run) => {
      const megabyte = { s: "x".repeat(1_000_000) };
      for (let i = 0; i < 16; i++) run.insert("t", megabyte);
      assertFails(
        () => run.insert("t", megabyte),
        `Too many bytes written ${inFunction} (limit: 16 MiB)`,
        "TooManyBytesWritten",
      );
    });
    test.run(
      ({ transaction: { usage } }) => {
        usage.addScheduledFunction(5);
        assertFails(
          () => usage.addScheduledFunction(0),
          "Too many functions scheduled by this mutation (limit: 1)",
          "TooManyFunctionsScheduled",
        );
      },
      limited({ functionsScheduled: 1 }),
    );
    test.run(({ transaction: { usage } }) => {
      assertFails(
        () => usage.addScheduledFunction(16_777_217),
        "Too large total size of the arguments of scheduled functions from this mutation (limit: 16777216 bytes)",
        "ScheduledFunctionsArgumentsTooLarge",
      );
    });
  });

  it("count a range once however often it is read", () => {
    test.run((run) => {
      for (let i = 0; i < 5000; i++) run.get(ids[i % 3]!);
      for (let i = 0; i < 10; i++) run.collect(scanTable("t"));
      assert.equal(run.transaction.metrics().databaseQueries.used, 4);
    });
  });

  it("hold at 4,096 disjoint reads", () => {
    test.run((run) => {
      const readAt = (time: number): void => {
        const { queryId } = run.call<{ queryId: number }>("1.0/queryStream", {
          query: {
            source: {
              type: "IndexRange",
              indexName: "t.by_creation_time",
              range: [{ type: "Eq", fieldPath: "_creationTime", value: time }],
              order: null,
            },
            operators: [],
          },
        });
        run.call("1.0/queryStreamNext", { queryId });
      };
      for (let i = 0; i < 4096; i++) readAt(i);
      assertFails(() => readAt(4096), /^Too many reads/, "TooManyReads");
      assertFails(() => run.get(ids[0]!), /^Too many reads/, "TooManyReads");
    });
  });

  it("hold for a read that finds something at its first document", () => {
    test.run(
      (run) => {
        run.get(ids[0]!);
        run.get(ids[5]!);
        const { queryId } = run.call<{ queryId: number }>("1.0/queryStream", { query: scanTable("t") });
        assertFails(
          () => run.call("1.0/queryStreamNext", { queryId }),
          `Too many reads ${inFunction} (limit: 2). ${ADVICE}`,
          "TooManyReads",
        );
      },
      limited({ databaseQueries: 2 }),
    );
  });

  it("are lowered for a nested call and put back after it", () => {
    test.run((run) => {
      const { usage } = run.transaction;
      run.get(ids[0]!);
      const restore = usage.restrict({ documentsRead: 2, documentsWritten: 1_000_000 });
      assert.deepEqual([usage.limits.documentsRead, usage.limits.documentsWritten], [3, 16_000]);
      run.get(ids[1]!);
      run.get(ids[2]!);
      assertFails(() => run.get(ids[3]!), `Too many documents read ${inFunction} (limit: 3). ${ADVICE}`);
      restore();
      run.get(ids[4]!);
      const { used, remaining } = run.call<{ documentsRead: { used: number; remaining: number } }>(
        "1.0/getTransactionMetrics",
        {},
      ).documentsRead;
      assert.deepEqual([used, remaining], [5, 31_995]);
    });
  });

  it("warn above four fifths", () => {
    const warnings = (count: number): unknown =>
      test.run(
        (run) => {
          for (let i = 0; i < count; i++) run.get(ids[i]!);
          return run.transaction.warnings();
        },
        limited({ documentsRead: 10 }),
      );
    assert.deepEqual(warnings(8), []);
    assert.deepEqual(warnings(9), [
      {
        code: "warning:TooManyDocumentsRead",
        text: `Many documents read ${inFunction} (actual: 9, limit: 10). ${ADVICE}`,
      },
    ]);
  });

  it("warn of documents that are nearly too large or too nested", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    const warnings = (bytes: number, levels: number): unknown =>
      test.run((run) => {
        run.insert("t", { s: "x".repeat(bytes) });
        run.insert("t", { a: nested(levels - 1) } as never);
        return run.transaction.warnings();
      });
    assert.deepEqual(warnings(838_000, 12), []);
    assert.deepEqual(warnings(900_000, 13), [
      { code: "warning:ValueTooLargeError", text: "Value is large (actual: 878.97 KiB, limit: 1 MiB)." },
      { code: "warning:TooNested", text: "Value is deeply nested (actual: 13, limit: 16)." },
    ]);
  });

  it("warn of every amount in its own words", () => {
    const usage = new Usage({
      documentsRead: 1,
      bytesRead: 10,
      databaseQueries: 10,
      documentsWritten: 1,
      bytesWritten: 2048,
      functionsScheduled: 1,
      scheduledFunctionArgsBytes: 10,
      filesWritten: 1,
      fileWriteBytes: 2048,
      filesRead: 1,
      fileReadBytes: 10,
    });
    usage.addFileWrite(2000);
    usage.addFileRead(9);
    usage.addRead(9);
    usage.setDatabaseQueries(9);
    usage.addWrite(2000);
    usage.addScheduledFunction(9);
    assert.deepEqual(
      usage.warnings().map(({ code, text }) => [code, text]),
      [
        ["TooManyDocumentsRead", `Many documents read ${inFunction} (actual: 1, limit: 1). ${ADVICE}`],
        ["TooManyBytesRead", `Many bytes read ${inFunction} (actual: 9 bytes, limit: 10 bytes). ${ADVICE}`],
        ["TooManyReads", `Many reads ${inFunction} (actual: 9, limit: 10). ${ADVICE}`],
        ["TooManyWrites", `Many writes ${inFunction} (actual: 1, limit: 1).`],
        ["TooManyBytesWritten", `Many bytes written ${inFunction} (actual: 1.95 KiB, limit: 2 KiB).`],
        ["TooManyFunctionsScheduled", "Many functions scheduled by this mutation (actual: 1, limit: 1)."],
        [
          "ScheduledFunctionsArgumentsTooLarge",
          "Large total size of the arguments of scheduled functions from this mutation (actual: 9 bytes, limit: 10 bytes).",
        ],
        ["TooManyFilesWritten", `Many files stored ${inFunction} (actual: 1, limit: 1). ${FILES}`],
        [
          "TooManyFileBytesWritten",
          `Many bytes of files stored ${inFunction} (actual: 1.95 KiB, limit: 2 KiB). ${FILES}`,
        ],
        ["TooManyFilesRead", `Many files read ${inFunction} (actual: 1, limit: 1). ${FILES}`],
        [
          "TooManyFileBytesRead",
          `Many bytes of files read ${inFunction} (actual: 9 B, limit: 10 B). ${FILES}`,
        ],
      ].map(([code, text]) => [`warning:${code}`, text]),
    );
  });

  it("do not count the catalogue", async () => {
    await test.mutate((run) => {
      run.insert("made", {});
      assert.deepEqual([run.transaction.usage.documentsWritten, run.transaction.usage.documentsRead], [1, 0]);
    });
  });
});
