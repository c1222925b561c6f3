import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditDocument } from "../catalogue/catalogue-documents.ts";
import { TestDatabase } from "../testing/test-database.ts";
import { allSystemDocuments } from "../transaction/system-documents.ts";
import { writeAudit } from "./write-audit.ts";

test("the audit log keeps its newest entries, also of writers that meet", async (t) => {
  const test = new TestDatabase();
  t.after(() => test.close());
  const { database } = test;
  const write = (i: number): Promise<void> =>
    database.write("test", (transaction) =>
      writeAudit(transaction, { author: "key", action: "act", metadata: { i } }, 10),
    );
  for (let i = 0; i < 30; i++) await write(i);
  await Promise.all(Array.from({ length: 20 }, (_, i) => write(30 + i)));
  for (let i = 50; i < 60; i++) await write(i);
  const kept = database
    .read((transaction) => allSystemDocuments<AuditDocument>(transaction, "_audit_log"))
    .map(({ metadata }) => (JSON.parse(metadata) as { i: number }).i);
  assert.ok(kept.length >= 10 && kept.length < 40, String(kept.length));
  assert.deepEqual(kept.slice(-10), [50, 51, 52, 53, 54, 55, 56, 57, 58, 59]);
  assert.ok(kept.every((i) => i >= 30));
});
