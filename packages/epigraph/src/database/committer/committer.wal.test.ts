import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { commitRequest, INDEX, insertion } from "../testing/commit-requests.ts";
import { CommitterThread } from "./committer-thread.ts";

const MEGABYTE = 1024 * 1024;
const WRITERS = 64;
const DOCUMENT_BYTES = 4_000;
const GROUPS = 160;

it("the write-ahead log stays short while 64 writers commit and snapshots are read all the time", async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), "epigraph-wal-"));
  const thread = await CommitterThread.start({
    dataFolder,
    onNotice: () => {},
    onStopped: (error) => assert.fail(error),
  });
  const snapshots = new SqliteStore(dataFolder).openSnapshots();
  try {
    const client = await thread.connect("writers");
    let isWriting = true;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let i = 0; i < GROUPS; i++) {
        const outcome = await client.commit(
          commitRequest(Number.MAX_SAFE_INTEGER, [], [insertion(`${writer}-${i}`, DOCUMENT_BYTES)]),
        );
        assert.equal(outcome.type, "committed");
      }
    });
    const reader = (async () => {
      let previous = snapshots.open();
      while (isWriting) {
        await nextTurn();
        // There is always one open: the log never has a moment without readers.
        const next = snapshots.open();
        next.scan(INDEX, new Uint8Array(), null, "desc", 10);
        previous.close();
        previous = next;
      }
      previous.close();
    })();
    await Promise.all(writers);
    isWriting = false;
    await reader;
    // The file is overwritten from its start, not cut: its size is the longest that the log has been.
    const { size } = statSync(join(dataFolder, "data.db-wal"));
    assert.ok(WRITERS * GROUPS * DOCUMENT_BYTES > 38 * MEGABYTE);
    assert.ok(size < 32 * MEGABYTE, `${size} bytes`);
  } finally {
    snapshots.close();
    await thread.close();
    rmSync(dataFolder, { recursive: true });
  }
});
