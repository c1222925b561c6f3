import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createCommitterAddress, removeCommitterAddress } from "./committer-address.ts";

describe("the address of a committer", {
  skip: process.platform === "win32" && "pipes leave nothing",
}, () => {
  let folder: string;
  let temporary: string;
  let dataFolder: string;
  const before = process.env["TMPDIR"];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-address-"));
    temporary = join(folder, "tmp");
    dataFolder = join(folder, "data");
    mkdirSync(temporary);
    mkdirSync(dataFolder);
    process.env["TMPDIR"] = temporary;
  });
  afterEach(() => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    rmSync(folder, { recursive: true });
  });

  it("is in a folder that admits this user only, and never the same", () => {
    const address = createCommitterAddress(dataFolder);
    assert.equal(dirname(dirname(address.path)), temporary);
    assert.equal(statSync(dirname(address.path)).mode & 0o777, 0o700);
    const other = createCommitterAddress(dataFolder);
    assert.notEqual(other.path, address.path);
    assert.notEqual(other.token, address.token);
  });

  it("leaves nothing when it is removed", () => {
    removeCommitterAddress(dataFolder, createCommitterAddress(dataFolder));
    assert.deepEqual([...readdirSync(temporary), ...readdirSync(dataFolder)], []);
  });

  it("of an owner that was killed goes with the next one, and no other", () => {
    const killed = createCommitterAddress(dataFolder);
    writeFileSync(killed.path, "a socket");
    const otherData = join(folder, "other");
    mkdirSync(otherData);
    const other = createCommitterAddress(otherData);
    const next = createCommitterAddress(dataFolder);
    assert.deepEqual(
      readdirSync(temporary).toSorted(),
      [other, next].map(({ path }) => path.split("/").at(-2)).toSorted(),
    );
  });

  it("removes nothing that it would not have made", () => {
    const precious = join(temporary, "epigraph-of-somebody");
    mkdirSync(precious);
    for (const text of [precious, temporary, "", "/"]) {
      writeFileSync(join(dataFolder, "committer-folder"), text);
      removeCommitterAddress(dataFolder, createCommitterAddress(dataFolder));
    }
    assert.ok(existsSync(precious));
  });

  it("is short enough for a socket, however long the name of the temporary folder", () => {
    process.env["TMPDIR"] = join(temporary, "x".repeat(100));
    const address = createCommitterAddress(dataFolder);
    assert.ok(address.path.length <= 103);
    removeCommitterAddress(dataFolder, address);
  });
});
