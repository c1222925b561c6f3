import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  beginFile,
  deleteFile,
  type FileDocument,
  findFile,
  finishFile,
  insertFile,
} from "../database/stored-files/file-documents.ts";
import { TestDatabase } from "../database/testing/test-database.ts";
import { allSystemDocuments } from "../database/transaction/system-documents.ts";
import type { Transaction } from "../database/transaction/transaction.ts";
import { FileCleanup } from "./file-cleanup.ts";
import { FileStorage } from "./file-storage.ts";
import type { FileStore } from "./file-store.ts";
import { LocalFileStore } from "./local/local-file-store.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

async function* bytesOf(content: string): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(content);
}

describe("the files of a deployment", () => {
  let test: TestDatabase;
  let store: FileStore;
  let storage: FileStorage;
  let cleanups: FileCleanup[];
  let timers: { readonly callback: () => void; readonly delayMs: number }[];
  let failures: Error[];
  beforeEach(() => {
    test = new TestDatabase();
    store = new LocalFileStore(join(test.folder, "files"));
    storage = new FileStorage({ database: test.database, openStore: async () => store });
    cleanups = [];
    timers = [];
    failures = [];
  });
  afterEach(() => {
    for (const cleanup of cleanups) cleanup.close();
    assert.deepEqual(failures, []);
    test.close();
  });

  const put = (content: string, component = ""): Promise<string> =>
    storage.store(component, { bytes: bytesOf(content), contentType: null, sha256: null });
  const read = async (id: string, component = ""): Promise<string | null> => {
    const file = storage.find(component, { type: "document", id });
    return file === null ? null : text(await storage.read(file));
  };
  const remove = (id: string): Promise<void> =>
    storage.transact(true, (transaction) => {
      const file = findFile(transaction, "", { type: "document", id });
      assert.ok(file);
      deleteFile(transaction, file);
    });
  const onDisk = (): number =>
    readdirSync(join(test.folder, "files"), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    ).length;
  const states = (): readonly string[] =>
    test.database
      .read((transaction) => allSystemDocuments<FileDocument>(transaction, "_files"))
      .map(({ state }) => state)
      .toSorted();
  const startCleanup = (): void => {
    cleanups.push(
      new FileCleanup({
        database: test.database,
        openStore: async () => store,
        isHeld: () => false,
        nowMs: () => test.nowMs,
        setTimer: (callback, delayMs) => {
          timers.push({ callback, delayMs });
          return () => {};
        },
        onFailure: (error) => failures.push(error),
      }),
    );
  };
  /** Lets the time until the next step of the cleanup go by, and the step happen. @returns how long that was. */
  const step = async (): Promise<number> => {
    const { callback, delayMs } = timers.shift() as (typeof timers)[number];
    test.nowMs += delayMs;
    callback();
    while (timers.length === 0) await new Promise(setImmediate);
    return delayMs;
  };
  /** Bytes that somebody writes, who never comes to make a file of them. */
  const leave = async (content: string): Promise<string> => {
    const { id, key } = await test.database.write("test", (transaction) => beginFile(transaction, ""));
    await store.write(key, bytesOf(content));
    return id;
  };

  it("are read as they were stored, by their own component alone", async () => {
    const [mine, other] = [await put("mine"), await put("other", "notes")];
    assert.deepEqual([await read(mine), await read(other, "notes")], ["mine", "other"]);
    assert.deepEqual([await read(mine, "notes"), await read(other)], [null, null]);
    assert.deepEqual(states(), ["stored", "stored"]);
  });

  it("are not there when their bytes break off, which leaves nothing", async () => {
    const failure = new Error("gone");
    const bytes = async function* (): AsyncGenerator<Uint8Array, void> {
      yield* bytesOf("half");
      throw failure;
    };
    await assert.rejects(storage.store("", { bytes: bytes(), contentType: null, sha256: null }), failure);
    while (states().length > 0) await new Promise(setImmediate);
    assert.equal(onDisk(), 0);
  });

  it("keep their bytes for a minute after they were deleted, so that readers come to their end", async () => {
    startCleanup();
    await step();
    const id = await put("read on");
    const found = storage.find("", { type: "document", id });
    assert.ok(found);
    await remove(id);
    assert.equal(await read(id), null);
    assert.equal(await text(await storage.read(found)), "read on");
    await step();
    assert.equal(onDisk(), 1);
    await step();
    assert.deepEqual([onDisk(), states()], [0, []]);
  });

  it("are deleted by their transactions: one that is lost takes nothing along", async () => {
    startCleanup();
    const id = await put("kept");
    test.run(({ transaction }) => {
      const file = findFile(transaction, "", { type: "document", id });
      assert.ok(file);
      deleteFile(transaction, file);
      assert.equal(findFile(transaction, "", { type: "document", id }), null);
    });
    await step();
    await step();
    assert.equal(await read(id), "kept");
  });

  it("can't be deleted by two at once", async () => {
    const id = await put("once");
    const attempt = (transaction: Transaction): void => {
      const file = findFile(transaction, "", { type: "document", id });
      if (file !== null) deleteFile(transaction, file);
    };
    const outcome = await test.race(
      ({ transaction }) => attempt(transaction),
      ({ transaction }) => attempt(transaction),
    );
    assert.equal(outcome, "conflict");
  });

  it("leave what was on its way when the deployment was killed, which goes after the next start", async () => {
    await leave("left");
    const { key } = await test.database.write("test", (transaction) => beginFile(transaction, ""));
    assert.notEqual(key, "");
    const kept = await put("kept");
    test.reopen();
    storage = new FileStorage({ database: test.database, openStore: async () => store });
    assert.deepEqual([onDisk(), states()], [2, ["stored", "writing", "writing"]]);
    test.nowMs += 1;
    startCleanup();
    await step();
    assert.deepEqual(states(), ["deleted", "deleted", "stored"]);
    await step();
    await step();
    assert.deepEqual([onDisk(), states(), await read(kept)], [1, ["stored"], "kept"]);
  });

  it("may take their time: what is on its way is left behind only after two hours", async () => {
    startCleanup();
    await step();
    const id = await leave("slow");
    let passedMs = 0;
    while (passedMs < 2 * HOUR_MS - MINUTE_MS) passedMs += await step();
    assert.deepEqual([onDisk(), states()], [1, ["writing"]]);
    for (let steps = 0; steps < 4; steps++) await step();
    assert.deepEqual([onDisk(), states()], [0, []]);
    // Whoever comes with it after all is too late.
    const facts = { sha256: "", size: 4, contentType: null };
    await assert.rejects(
      test.database.write("test", (transaction) => finishFile(transaction, id, facts)),
      /took too long/,
    );
  });

  it("go in steps where there are many, with others between", async () => {
    const ids = await Promise.all(Array.from({ length: 70 }, (_, i) => put(`file ${i}`)));
    for (const id of ids) await remove(id);
    test.nowMs += 1;
    startCleanup();
    const waits = [await step(), await step(), await step()];
    assert.deepEqual([onDisk(), states()], [0, []]);
    assert.ok(waits[1]! < waits[0]! && waits[2]! < waits[0]!);
  });

  it("of a mutation are written before it is committed, and found again when it isn't", async () => {
    const run = (): { readonly transaction: Transaction; readonly key: string } =>
      test.run(({ transaction }) => {
        const key = Buffer.from(transaction.randomBytes(16)).toString("hex");
        transaction.files.store(key, Buffer.from("of a mutation"));
        insertFile(transaction, "", key, { sha256: "", size: 13, contentType: null });
        return { transaction, key };
      });
    const committed = run();
    const files = committed.transaction.takeFiles();
    assert.deepEqual([...(files?.keys() ?? [])], [committed.key]);
    const written = await storage.write("", files ?? new Map());
    assert.deepEqual([onDisk(), states()], [1, ["writing"]]);
    assert.equal(await test.commit(committed.transaction), "committed");
    written.keep();
    while (states().length > 1) await new Promise(setImmediate);
    assert.deepEqual(states(), ["stored"]);

    const lost = run();
    const discarded = await storage.write("", lost.transaction.takeFiles() ?? new Map());
    assert.equal(onDisk(), 2);
    discarded.discard();
    while (states().length > 1) await new Promise(setImmediate);
    assert.equal(onDisk(), 1);

    // Nobody told that it was committed, and nobody takes its bytes.
    const silent = run();
    await storage.write("", silent.transaction.takeFiles() ?? new Map());
    assert.equal(await test.commit(silent.transaction), "committed");
    test.nowMs += 1;
    startCleanup();
    await step();
    assert.deepEqual([onDisk(), states()], [2, ["stored", "stored"]]);
  });

  it("that can't be removed now are removed later, and keep no others", async () => {
    const [stuck, other] = [await put("stuck"), await put("other")];
    const key = storage.find("", { type: "document", id: stuck })?.key;
    for (const id of [stuck, other]) await remove(id);
    const { remove: really } = store;
    let isStuck = true;
    store.remove = async (each) => {
      if (isStuck && each === key) throw new Error("the disk is read-only");
      return really.call(store, each);
    };
    test.nowMs += 1;
    startCleanup();
    await step();
    assert.deepEqual([onDisk(), states()], [1, ["deleted"]]);
    assert.deepEqual(
      failures.splice(0).map(({ message }) => message),
      ["the disk is read-only"],
    );
    isStuck = false;
    await step();
    assert.deepEqual([onDisk(), states()], [0, []]);
  });

  it("that come hours too late leave nothing", async () => {
    startCleanup();
    await step();
    const written = Promise.withResolvers<void>();
    const bytes = async function* (): AsyncGenerator<Uint8Array, void> {
      yield* bytesOf("late");
      await written.promise;
    };
    const storing = assert.rejects(storage.store("", { bytes: bytes(), contentType: null, sha256: null }));
    while (onDisk() === 0) await new Promise(setImmediate);
    test.nowMs += 2 * HOUR_MS;
    while (states().length > 0) await step();
    written.resolve();
    await storing;
    while (onDisk() > 0) await new Promise(setImmediate);
    assert.deepEqual(states(), []);
  });

  it("of a mutation that comes hours too late are given up, and it conflicts", async () => {
    const transaction = test.run((execution) => {
      const key = "ab".repeat(16);
      execution.transaction.files.store(key, Buffer.from("late"));
      insertFile(execution.transaction, "", key, { sha256: "", size: 4, contentType: null });
      return execution.transaction;
    });
    await storage.write("", transaction.takeFiles() ?? new Map());
    test.nowMs += 1;
    startCleanup();
    await step();
    assert.deepEqual(states(), ["deleted"]);
    assert.equal(await test.commit(transaction), "conflict");
  });
});
