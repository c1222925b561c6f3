import assert from "node:assert/strict";
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { countSyncs } from "./count-syncs.ts";

test("the syncs of one file are counted, and no others", async (context) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "epigraph-syncs-")));
  const [path, other] = [join(folder, "data"), join(folder, "data-other")];
  const files = [openSync(path, "w"), openSync(other, "w")] as const;
  try {
    const count = await countSyncs(path, join(folder, "notes"), async () => {
      for (const file of files) writeSync(file, "text");
      for (let times = 0; times < 3; times++) fdatasyncSync(files[0]);
      fsyncSync(files[0]);
      fsyncSync(files[1]);
    });
    if (count === null) context.skip("needs strace, and leave to use it");
    else assert.equal(count, 4);
  } finally {
    for (const file of files) closeSync(file);
    rmSync(folder, { recursive: true });
  }
});
