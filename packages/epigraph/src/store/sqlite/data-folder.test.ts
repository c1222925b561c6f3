import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { StoreError } from "../store.ts";
import { acquireDataFolder } from "./data-folder.ts";

const MODULE = new URL("./data-folder.ts", import.meta.url).href;
const OWNER = `
  const { acquireDataFolder } = await import(${JSON.stringify(MODULE)});
  acquireDataFolder(process.argv[1]).announce("http://127.0.0.1:3210");
  process.stdout.write("taken");
  setInterval(() => {}, 1000);
`;

describe("a data folder", () => {
  let folder: string;
  let owner: ChildProcess | null = null;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-folder-"));
  });
  afterEach(() => {
    owner?.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  it("belongs to one process, and the second learns who has it until that one dies", async () => {
    const args = ["--input-type=module", "-e", OWNER, folder];
    owner = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    await once(owner.stdout!, "data");
    assert.throws(
      () => acquireDataFolder(folder),
      (error) =>
        error instanceof StoreError &&
        error.code === "StoreLocked" &&
        error.message.includes(`process ${owner?.pid} (http://127.0.0.1:3210)`),
    );
    owner.kill("SIGKILL");
    await once(owner, "exit");
    acquireDataFolder(folder).release();
  });

  it("can't be taken twice by one process, but again after a release", () => {
    const path = join(folder, "made", "on the way");
    const first = acquireDataFolder(path);
    assert.throws(() => acquireDataFolder(path), StoreError);
    first.release();
    acquireDataFolder(path).release();
  });
});
