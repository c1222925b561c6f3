import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { CommitOutcome } from "../commit-request.ts";
import { commitRequest, INDEX, insertion } from "../testing/commit-requests.ts";
import { createCommitterAddress, removeCommitterAddress } from "./committer-address.ts";
import { CommitterClient } from "./committer-client.ts";

const INSERTER = fileURLToPath(new URL("../testing/insert-for-ever.ts", import.meta.url));
const DYING_COMMITTER = fileURLToPath(new URL("../testing/dying-committer.ts", import.meta.url));

it("a process killed among 1,000 concurrent inserts has stored every one that it acknowledged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-kill-"));
  const acknowledged = new Set<string>();
  try {
    for (const [round, enough] of [300, 1_500, 4_000].entries()) {
      const child = spawn(process.execPath, [INSERTER, folder, String(round)], {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, TMPDIR: folder },
      });
      let rest = "";
      let seen = 0;
      child.stdout.setEncoding("utf8").on("data", (piece: string) => {
        const lines = (rest + piece).split("\n");
        rest = lines.pop() as string;
        for (const line of lines) acknowledged.add(line);
        seen += lines.length;
        if (seen >= enough) child.kill("SIGKILL");
      });
      const [, signal] = await once(child, "close");
      assert.equal(signal, "SIGKILL");
      // What it couldn't remove; the one before it has removed that of the one before.
      assert.equal(readdirSync(folder).filter((name) => name.startsWith("epigraph-")).length, 1);

      const store = new SqliteStore(folder);
      const writer = store.openWriter();
      const snapshots = store.openSnapshots();
      const snapshot = snapshots.open();
      const stored = new Set(
        snapshot
          .scan(INDEX, new Uint8Array(), null, "asc", 1_000_000)
          .map(({ key }) => Buffer.from(key).toString()),
      );
      snapshot.close();
      snapshots.close();
      writer.close();
      assert.deepEqual([...acknowledged.difference(stored)], []);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

for (const [moment, isStored] of [
  ["beforeApply", false],
  ["afterApply", true],
] as const) {
  it(`a commit of a committer that dies ${isStored ? "after" : "before"} storing it is ${isStored ? "fully there" : "fully absent"}, and its client knows that it does not know`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "epigraph-dying-"));
    const address = createCommitterAddress(folder);
    const child = spawn(process.execPath, [DYING_COMMITTER, folder, address.path, address.token, moment], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      let told = "";
      child.stdout.setEncoding("utf8").on("data", (piece: string) => {
        told += piece;
      });
      await once(child.stdout, "data");
      const client = await CommitterClient.connect(address.path, address.token, "runner-1");
      const commit = (job: number, ...keys: string[]): Promise<CommitOutcome> =>
        client.commit(
          commitRequest(
            Number.MAX_SAFE_INTEGER,
            [],
            keys.map((key) => insertion(key)),
            {
              notify: { job, answer: "null" },
            },
          ),
        );
      assert.equal((await commit(1, "safe")).type, "committed");
      const outcomes = await Promise.all([commit(2, "doomed a", "doomed b"), commit(3, "beside")]);
      outcomes.push(await commit(4, "later"));
      for (const outcome of outcomes) {
        assert.ok(outcome.type === "failed" && outcome.code === "StoreBroken");
        assert.match(outcome.message, /whether this was stored is unknown/);
      }
      if (child.signalCode === null) await once(child, "close");
      assert.equal(child.signalCode, "SIGKILL");
      // Main was told of what was durable then, and of nothing else.
      assert.deepEqual(
        [...told.matchAll(/"job":(\d+)/g)].map(([, job]) => job),
        ["1"],
      );

      const store = new SqliteStore(folder);
      const writer = store.openWriter();
      const snapshots = store.openSnapshots();
      const snapshot = snapshots.open();
      const keys = snapshot
        .scan(INDEX, new Uint8Array(), null, "asc", 100)
        .map(({ key }) => Buffer.from(key).toString());
      snapshot.close();
      snapshots.close();
      writer.close();
      assert.deepEqual(keys, isStored ? ["beside", "doomed a", "doomed b", "safe"] : ["safe"]);
    } finally {
      child.kill("SIGKILL");
      removeCommitterAddress(folder, address);
      rmSync(folder, { recursive: true });
    }
  });
}
