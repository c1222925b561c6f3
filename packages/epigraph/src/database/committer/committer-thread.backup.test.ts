import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { StoreError } from "../../store/store.ts";
import { commitRequest, INDEX, insertion } from "../testing/commit-requests.ts";
import type { CommitterClient } from "./committer-client.ts";
import { CommitterThread } from "./committer-thread.ts";

describe("a backup by the committer's thread", () => {
  let folder: string;
  let target: string;
  let thread: CommitterThread;
  let client: CommitterClient;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-backup-"));
    target = join(folder, "copies");
    mkdirSync(target);
    thread = await CommitterThread.start({ dataFolder: folder, onNotice: () => {}, onStopped: () => {} });
    client = await thread.connect("main");
  });
  afterEach(async () => {
    await client.close();
    await thread.close();
    rmSync(folder, { recursive: true });
  });

  const insert = async (key: string, size?: number): Promise<number> => {
    const outcome = await client.commit(commitRequest(Number.MAX_SAFE_INTEGER, [], [insertion(key, size)]));
    assert.equal(outcome.type, "committed");
    return outcome.ts;
  };
  const keysIn = (path: string): string[] => {
    const inspection = new SqliteStore(path).inspect();
    const keys = Array.from(inspection.entries(INDEX), ({ key }) => Buffer.from(key).toString());
    inspection.close();
    return keys;
  };

  it("has everything up to its timestamp, in one file, and takes the place of an older one", async () => {
    const path = join(target, "data.db");
    writeFileSync(path, "an older backup");
    await insert("a");
    const ts = await insert("b");
    const backup = await thread.backUp(path);
    await insert("c");
    assert.equal(backup.ts, ts);
    assert.deepEqual(readdirSync(target), ["data.db"]);
    assert.deepEqual(keysIn(target), ["a", "b"]);
  });

  it("waits for the one that was asked for before", async () => {
    const ts = await insert("a");
    const backups = await Promise.all(["1.db", "2.db"].map((name) => thread.backUp(join(target, name))));
    assert.deepEqual(
      backups.map((backup) => backup.ts),
      [ts, ts],
    );
    assert.deepEqual(readdirSync(target).toSorted(), ["1.db", "2.db"]);
  });

  it("says why it can't be written, and harms nobody", async () => {
    await assert.rejects(
      thread.backUp(join(target, "nowhere", "data.db")),
      (error) => error instanceof StoreError && error.code === "BackupFailed" && /ENOENT/.test(error.message),
    );
    await insert("a");
    await thread.backUp(join(target, "data.db"));
    assert.deepEqual(keysIn(target), ["a"]);
  });

  it("ends with the committer, and leaves nothing behind", async () => {
    for (let i = 0; i < 20; i++) await insert(`large ${i}`, 1_000_000);
    const failed = assert.rejects(
      thread.backUp(join(target, "data.db")),
      (error) => error instanceof StoreError && error.code === "BackupFailed",
    );
    await thread.close();
    await failed;
    assert.deepEqual(readdirSync(target), []);
    assert.equal(keysIn(folder).length, 20);
  });
});
