import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { Database } from "../database.ts";
import { getDocument } from "../documents/read-document.ts";
import { insertDocument, patchDocument } from "../documents/write-document.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { CommitterThread } from "./committer-thread.ts";

it("64 increments of one counter that meet in one group are all counted, through retries", async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), "epigraph-contention-"));
  const thread = await CommitterThread.start({
    dataFolder,
    onNotice: () => {},
    onStopped: (error) => assert.fail(error),
  });
  const snapshots = new SqliteStore(dataFolder).openSnapshots();
  try {
    const committer = await thread.connect("host");
    const database = new Database({ snapshots, committer, nowMs: Date.now, random: randomBytes, sleep });
    const id = await database.write("setUp", (transaction) =>
      insertDocument(transaction, "", "counters", { n: 0 }),
    );
    const count = (transaction: Transaction): number => {
      const namespace = transaction.catalogue.namespace("");
      return JSON.parse(getDocument(transaction, namespace, id, "counters", false) ?? "").n;
    };
    let runs = 0;
    const increment = (transaction: Transaction): void => {
      runs++;
      const namespace = transaction.catalogue.namespace("");
      patchDocument(transaction, namespace, id, "counters", { n: count(transaction) + 1 });
    };
    // All of this turn go to the committer as one piece.
    const increments = Array.from({ length: 64 }, () => database.write("increment", increment));
    assert.equal(runs, 64);
    await Promise.all(increments);
    assert.equal(database.read(count), 64);
    // The first one won, and everybody else ran again.
    assert.equal(runs, 64 + 63);
  } finally {
    snapshots.close();
    await thread.close();
    rmSync(dataFolder, { recursive: true });
  }
});
