import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { Database } from "../database.ts";
import { getDocument } from "../documents/read-document.ts";
import { insertDocument, patchDocument } from "../documents/write-document.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { Committer } from "./committer.ts";
import type { CommitterConnection } from "./committer-connection.ts";
import { CommitterThread } from "./committer-thread.ts";

const INCREMENTS = 64;

function newDataFolder(): string {
  const dataFolder = mkdtempSync(join(tmpdir(), "epigraph-contention-"));
  after(() => rmSync(dataFolder, { recursive: true }));
  return dataFolder;
}

/**
 * Begins all increments in one turn, shared out among hosts whose retries know nothing of each other: one for each way
 * to the committer. @returns how many runs they took, and what was counted.
 */
async function incrementAll(
  store: SqliteStore,
  ...committers: readonly [CommitterConnection, ...CommitterConnection[]]
): Promise<{ readonly runs: number; readonly counted: number }> {
  const snapshots = store.openSnapshots();
  try {
    const databases = committers.map(
      (committer) => new Database({ snapshots, committer, nowMs: Date.now, random: randomBytes, sleep }),
    );
    const [database] = databases as [Database];
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
    await Promise.all(
      Array.from({ length: INCREMENTS }, (_, i) =>
        (databases[i % databases.length] as Database).write("increment", increment),
      ),
    );
    return { runs, counted: database.read(count) };
  } finally {
    snapshots.close();
  }
}

it("64 increments of one counter forced into one group are all counted, through retries", async () => {
  const store = new SqliteStore(newDataFolder());
  const committer = new Committer(store.openWriter(), { nowMs: Date.now });
  after(() => committer.close());
  const { runs, counted } = await incrementAll(store, committer);
  assert.equal(counted, INCREMENTS);
  // The first one won, and everybody else ran again.
  assert.equal(runs, INCREMENTS + INCREMENTS - 1);
});

it("64 increments of one counter are all counted by a committer in another thread", async () => {
  const dataFolder = newDataFolder();
  const thread = await CommitterThread.start({
    dataFolder,
    onNotice: () => {},
    onStopped: (error) => assert.fail(error),
  });
  try {
    const { counted } = await incrementAll(new SqliteStore(dataFolder), await thread.connect("host"));
    assert.equal(counted, INCREMENTS);
  } finally {
    await thread.close();
  }
});

it("of hosts that can't see each other's retries none is refused, however long they fight", async () => {
  const store = new SqliteStore(newDataFolder());
  const committer = new Committer(store.openWriter(), { nowMs: Date.now });
  after(() => committer.close());
  const hosts = Array.from({ length: 16 }, () => committer) as [Committer, ...Committer[]];
  const { counted } = await incrementAll(store, ...hosts);
  assert.equal(counted, INCREMENTS);
});
