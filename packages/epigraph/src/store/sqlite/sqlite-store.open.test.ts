import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "node:test";
import { StoreError, type StoreErrorCode } from "../store.ts";
import { SqliteStore } from "./sqlite-store.ts";

describe("opening a SQLite store", () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-store-"));
    path = join(folder, "data.db");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const refuses = (code: StoreErrorCode, message: RegExp): void => {
    const before = readFileSync(path);
    assert.throws(
      () => new SqliteStore(folder).openWriter(),
      (error) => error instanceof StoreError && error.code === code && message.test(error.message),
    );
    assert.deepEqual(readFileSync(path), before);
  };

  it("makes a file with durable commits, freed pages and our own identity", () => {
    const writer = new SqliteStore(folder).openWriter();
    const database = new DatabaseSync(path);
    const pragma = (name: string): unknown =>
      Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    assert.equal(pragma("journal_mode"), "wal");
    assert.equal(pragma("auto_vacuum"), 2);
    assert.equal(pragma("page_size"), 4096);
    assert.equal(pragma("user_version"), 1);
    database.close();
    writer.close();
    assert.equal(readFileSync(path).toString("latin1", 68, 72), "Epig");
  });

  it("goes on where making the file was interrupted", () => {
    writeFileSync(path, "");
    new SqliteStore(folder).openWriter().close();
    new SqliteStore(folder).openWriter().close();
  });

  it("reports a file that is no database and leaves it alone", () => {
    writeFileSync(path, "this is not a database, whatever its name says".repeat(100));
    refuses("StoreCorrupt", /damaged or not a SQLite file.*restore a backup/s);
  });

  it("reports a damaged file and leaves it alone", () => {
    new SqliteStore(folder).openWriter().close();
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 20, 4096);
    writeFileSync(path, bytes);
    refuses("StoreCorrupt", /damaged/);
  });

  it("leaves the database of another program alone", () => {
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE notes (text TEXT)");
    other.close();
    refuses("StoreVersion", /another program/);
  });

  it("leaves a file of a newer format alone", () => {
    new SqliteStore(folder).openWriter().close();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    refuses("StoreVersion", /newer Epigraph \(format 99/);
  });

  it("reports a file that was cut off and leaves it alone", () => {
    const writer = new SqliteStore(folder).openWriter();
    writer.apply([
      {
        ts: 1,
        changesCatalogue: false,
        writes: [{ tableId: 1000, previous: null, json: "x".repeat(50_000), size: 1, indexes: [] }],
        backfill: [],
      },
    ]);
    writer.close();
    truncateSync(path, 8 * 4096);
    refuses("StoreCorrupt", /damaged/);
  });

  for (const what of ["missing", "empty"]) {
    it(`throws no log away whose database file is ${what}`, () => {
      const writer = new SqliteStore(folder).openWriter();
      const copy = mkdtempSync(join(tmpdir(), "epigraph-store-"));
      cpSync(`${path}-wal`, join(copy, "data.db-wal"));
      writer.close();
      if (what === "empty") writeFileSync(join(copy, "data.db"), "");
      const log = readFileSync(join(copy, "data.db-wal"));
      assert.ok(log.length > 0);
      for (const open of ["openWriter", "inspect"] as const) {
        assert.throws(
          () => new SqliteStore(copy)[open](),
          (error) =>
            error instanceof StoreError &&
            error.code === "StoreCorrupt" &&
            /missing or empty, and its write-ahead log .* is not/.test(error.message),
        );
      }
      assert.deepEqual(readFileSync(join(copy, "data.db-wal")), log);
      rmSync(copy, { recursive: true });
    });
  }

  it("reports what can't be opened as a file", () => {
    mkdirSync(path);
    assert.throws(
      () => new SqliteStore(folder).openWriter(),
      (error) =>
        error instanceof StoreError && error.code === "StoreUnreadable" && /permissions/.test(error.message),
    );
  });
});
