import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { runFileStoreConformance } from "../conformance/file-store-conformance.ts";
import { LocalFileStore } from "./local-file-store.ts";

const folder = mkdtempSync(join(tmpdir(), "epigraph-files-"));
after(() => rmSync(folder, { recursive: true }));
const files = (): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

runFileStoreConformance("local", {
  store: new LocalFileStore(folder),
  leaveHalf: async (key) => {
    const part = join(folder, key.slice(0, 2), `${key}.part`);
    mkdirSync(dirname(part), { recursive: true });
    writeFileSync(part, "half");
  },
  count: async () => files().length,
});

test("files on this machine are their owner's alone", { skip: process.platform === "win32" }, () => {
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const path of files()) assert.equal(statSync(path).mode & 0o777, 0o600);
});
