import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "node:test";
import { TestDatabase } from "../database/testing/test-database.ts";
import { TempApp } from "../deploy/testing/temp-app.ts";
import { acquireDataFolder } from "../store/sqlite/data-folder.ts";
import { runCli } from "./main.ts";
import { MemoryIo, type MemoryIoOptions } from "./testing/memory-io.ts";

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function verify(args: readonly string[], options: MemoryIoOptions = {}): Promise<Said> {
  const io = new MemoryIo(options);
  return { code: await runCli(["verify", ...args], io), out: io.out, err: io.err };
}

describe("epigraph verify", () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = new TestDatabase();
    await test.mutate((run) => {
      for (let i = 0; i < 25; i++) run.insert("notes", { i });
    });
    test.stop();
  });
  afterEach(() => test.close());

  const damage = (sql: string): void => {
    const database = new DatabaseSync(join(test.folder, "data.db"));
    database.exec(sql);
    database.close();
  };

  it("says what it has checked", async () => {
    const { code, out, err } = await verify(["--data", test.folder]);
    assert.match(
      out,
      /^Checked 29 documents, 1 tables, 58 entries of their indexes in [\d,]+ ms: no problem found\.\n$/,
    );
    assert.deepEqual([code, err], [0, ""]);
  });

  it("takes the data folder of the app", async () => {
    using app = new TempApp({ "convex/a.ts": "" });
    const said = await verify(["--dir", app.folder]);
    assert.equal(said.code, 1);
    assert.equal(
      said.err,
      `There is no data in ${app.folder}/.epigraph: name the folder with --data, or run \`epigraph dev\` first.\n`,
    );
  });

  it("shows the first problems, how many there are, and what to do", async () => {
    damage("DELETE FROM index_rows WHERE row IN (SELECT row FROM documents WHERE table_id = 1000)");
    const { code, out } = await verify(["--data", test.folder]);
    assert.equal(code, 1);
    assert.equal(
      out.match(/^✘ Document "\w+" of table "notes" has no entry in index "notes\.\w+"\.$/gm)?.length,
      20,
    );
    assert.match(
      out,
      /\n {2}… and 30 more like these\nChecked .*: 50 problems\.\nNothing was changed\. Copy /,
    );
  });

  it("tells in one sentence that the file is damaged", async () => {
    writeFileSync(join(test.folder, "data.db"), "nonsense".repeat(1000));
    const { code, out, err } = await verify(["--data", test.folder]);
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /^\S+\/data\.db is damaged or not a SQLite file \(.*\)\. Nothing was changed: .*\n$/);
  });

  it("leaves a folder alone on which a deployment runs", async () => {
    const owner = acquireDataFolder(test.folder);
    const { code, err } = await verify(["--data", test.folder]);
    owner.release();
    assert.equal(code, 1);
    assert.match(err, /^The data folder \S+ is in use by another process, .*\n$/);
  });

  it("says in one sentence that making the file was interrupted", async () => {
    const folder = mkdtempSync(join(tmpdir(), "epigraph-verify-"));
    const database = new DatabaseSync(join(folder, "data.db"));
    database.exec(`PRAGMA application_id = ${0x45706967}`);
    database.close();
    const { code, err } = await verify(["--data", folder]);
    rmSync(folder, { recursive: true });
    assert.equal(code, 1);
    assert.match(err, /has no tables yet, for the start that made it was interrupted\. Nothing is lost/);
  });

  it("shows on a terminal what it looks at, and wipes that away", async () => {
    const { err } = await verify(["--data", test.folder], { columns: 80 });
    const lines = err.split("\r\x1b[2K");
    assert.deepEqual([lines[0], lines.at(-1)], ["", ""]);
    assert.ok(lines.includes("Checking the structure of the file"), err);
    assert.ok(lines.includes("Checking documents and their index entries 0 %"), err);
  });

  it("does not take what is no file for one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "epigraph-verify-"));
    mkdirSync(join(folder, "data.db"));
    const { code, err } = await verify(["--data", folder]);
    rmSync(folder, { recursive: true });
    assert.equal(code, 1);
    assert.match(err, /data\.db can't be opened \(.*\)\. Check the disk, and the owner/);
  });
});
