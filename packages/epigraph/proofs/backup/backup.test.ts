import assert from "node:assert/strict";
import { it } from "node:test";
import { proveBackup } from "./backup-proof.ts";

it("a backup made while 64 writers commit is the store as of one commit, and sound", async () => {
  const { problems, backup, during, without } = await proveBackup({ megabytes: 8, ms: 200 });
  assert.deepEqual(problems, []);
  assert.ok(backup.bytes > 8_000_000, `${backup.bytes} bytes`);
  // It would prove nothing if nobody had written meanwhile.
  assert.ok(during.length > 0 && without.length > 0, `${during.length} commits`);
});
