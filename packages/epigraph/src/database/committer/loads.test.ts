import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { StoreError } from "../../store/store.ts";
import { diskIsFull, FaultyWriter, syncFails } from "../../store/testing/faulty-writer.ts";
import { commitRequest, INDEX, insertion } from "../testing/commit-requests.ts";
import { Committer } from "./committer.ts";
import { CommitterThread } from "./committer-thread.ts";

const LOADED = 5000;
const ROWS = 20_000;
const NEVER = new AbortController().signal;

describe("a committer that loads a draft", () => {
  let folder: string;
  let store: SqliteStore;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-loads-"));
    store = new SqliteStore(folder);
    path = join(folder, "draft");
    const draft = store.createDraft(path, { tableId: 2000, indexes: [LOADED] });
    for (let i = 0; i < ROWS; i++) draft.add(`{"n":${i}}`, 10, [Buffer.from(String(i).padStart(8, "0"))]);
    assert.equal(draft.complete(), null);
    draft.close();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function count(index: number): number {
    const snapshots = store.openSnapshots();
    const snapshot = snapshots.open();
    const { length } = snapshot.scan(index, new Uint8Array(), null, "asc", ROWS * 2);
    snapshot.close();
    snapshots.close();
    return length;
  }

  const insert = (key: string): ReturnType<typeof commitRequest> => commitRequest(0, [], [insertion(key)]);

  it("goes on committing meanwhile, and has all of it in the end", async () => {
    const committer = new Committer(store.openWriter(), { nowMs: Date.now });
    let isOver = false;
    const loading = committer.load(path, NEVER).then(() => {
      isOver = true;
    });
    let commits = 0;
    while (!isOver) {
      const outcome = await committer.commit(insert(`k${commits}`));
      assert.equal(outcome.type, "committed");
      commits++;
    }
    await loading;
    assert.ok(commits > 5, `${commits} commits between the pieces`);
    assert.deepEqual([count(LOADED), count(INDEX)], [ROWS, commits]);
    committer.close();
    const reopened = store.openWriter();
    assert.deepEqual([count(LOADED), count(INDEX)], [ROWS, commits]);
    reopened.close();
  });

  it("loads one after the other, each whole", async () => {
    const other = join(folder, "other");
    const draft = store.createDraft(other, { tableId: 2001, indexes: [LOADED + 1] });
    draft.add("{}", 2, [Buffer.from("k")]);
    draft.complete();
    draft.close();
    const committer = new Committer(store.openWriter(), { nowMs: Date.now });
    await Promise.all([committer.load(path, NEVER), committer.load(other, NEVER)]);
    assert.deepEqual([count(LOADED), count(LOADED + 1)], [ROWS, 1]);
    committer.close();
  });

  it("gives it up on a full disk, and commits as before once there is room", async () => {
    const writer = new FaultyWriter(store.openWriter());
    const committer = new Committer(writer, { nowMs: Date.now });
    let steps = 0;
    writer.beforeChore = () => {
      if (++steps > 20) diskIsFull();
    };
    const load = committer.load(path, NEVER);
    await assert.rejects(load, { code: "StoreFull" });
    writer.beforeChore = () => {};
    assert.equal((await committer.commit(insert("k"))).type, "committed");
    committer.close();
  });

  it("gives it up when the store breaks, and when it closes", async () => {
    const writer = new FaultyWriter(store.openWriter());
    const stops: StoreError[] = [];
    const broken = new Committer(writer, { nowMs: Date.now, onStopped: (error) => stops.push(error) });
    const load = broken.load(path, NEVER);
    writer.beforeChore = syncFails;
    await assert.rejects(load, { code: "LoadStopped" });
    assert.equal(stops[0]?.code, "StoreBroken");
    broken.close();
    const closed = new Committer(store.openWriter(), { nowMs: Date.now });
    const rejected = assert.rejects(closed.load(path, NEVER), { code: "LoadStopped" });
    closed.flush();
    closed.close();
    await rejected;
    await assert.rejects(closed.load(path, NEVER), { code: "LoadStopped" });
  });

  it("does so in its thread, whose caller can end it: nothing comes afterwards", async () => {
    const thread = await CommitterThread.start({
      dataFolder: folder,
      onNotice: () => {},
      onStopped: (error) => assert.fail(error),
    });
    try {
      const controller = new AbortController();
      const rejected = assert.rejects(thread.load(path, controller.signal), { code: "LoadStopped" });
      controller.abort();
      await rejected;
      const found = count(LOADED);
      assert.ok(found < ROWS, `${found} documents came before it was ended`);
      const client = await thread.connect("a");
      assert.equal((await client.commit(insert("k"))).type, "committed");
      assert.equal(count(LOADED), found);
      for (let isDone = false; !isDone; ) isDone = await drop(thread);
      await thread.load(path, NEVER);
      assert.equal(count(LOADED), ROWS);
      await assert.rejects(thread.load(`${path} nowhere`, NEVER), { code: "StoreUnreadable" });
      await assert.rejects(thread.load(path, controller.signal), { code: "LoadStopped" });
    } finally {
      await thread.close();
    }
    await assert.rejects(thread.load(path, NEVER), { code: "LoadStopped" });
  });

  async function drop(thread: CommitterThread): Promise<boolean> {
    await thread.dropIndexEntries(LOADED);
    return count(LOADED) === 0;
  }
});
