import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
});
