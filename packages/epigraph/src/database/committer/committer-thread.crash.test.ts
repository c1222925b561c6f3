import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { INDEX } from "../testing/commit-requests.ts";

const INSERTER = fileURLToPath(new URL("../testing/insert-for-ever.ts", import.meta.url));

it("a process killed among 1,000 concurrent inserts has stored every one that it acknowledged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-kill-"));
  const acknowledged = new Set<string>();
  try {
    for (const [round, enough] of [300, 1_500, 4_000].entries()) {
      const child = spawn(process.execPath, [INSERTER, folder, String(round)], {
        stdio: ["ignore", "pipe", "inherit"],
        // What it can't remove goes with the folder.
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
