import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { SqliteStore } from "./sqlite-store.ts";

const MODULE = new URL("./sqlite-store.ts", import.meta.url).href;
const GROUP = 16;
/** Applies groups for ever, each commit two documents, and reports each group once it is durable. */
const WRITER = `
  import { writeSync } from "node:fs";
  const { SqliteStore } = await import(${JSON.stringify(MODULE)});
  const writer = new SqliteStore(process.argv[1]).openWriter();
  const key = (n) => { const bytes = Buffer.alloc(8); bytes.writeDoubleBE(n); return bytes; };
  for (let ts = writer.lastTs + 1; ; ts += ${GROUP}) {
    writer.apply(Array.from({ length: ${GROUP} }, (_, i) => ({
      ts: ts + i, changesCatalogue: false, backfill: [],
      writes: [1, 2].map((index) => ({
        tableId: 1000, previous: null, json: String(ts + i) + "x".repeat(3000), size: 1,
        indexes: [{ index, remove: null, add: key(ts + i) }],
      })),
    })));
    writeSync(1, (ts + ${GROUP - 1}) + "\\n");
    writer.maintain();
  }
`;

describe("a SQLite store whose process is killed", () => {
  it("has every acknowledged group and no half of any", async () => {
    const folder = mkdtempSync(join(tmpdir(), "epigraph-crash-"));
    try {
      for (let kill = 1; kill <= 4; kill++) {
        const args = ["--input-type=module", "-e", WRITER, folder];
        const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
        let acknowledged = "";
        let enough = 40 * kill;
        child.stdout.on("data", (chunk) => {
          acknowledged += String(chunk);
          enough -= String(chunk).split("\n").length - 1;
          if (enough <= 0) child.kill("SIGKILL");
        });
        await once(child, "close");
        const lastAcknowledged = Number(acknowledged.trimEnd().split("\n").at(-1));

        const store = new SqliteStore(folder);
        const writer = store.openWriter();
        const snapshots = store.openSnapshots();
        const snapshot = snapshots.open();
        assert.ok(writer.lastTs >= lastAcknowledged);
        assert.equal(writer.lastTs % GROUP, 0);
        for (const index of [1, 2]) {
          const found = snapshot
            .scan(index, new Uint8Array(), null, "asc", 1_000_000)
            .map((entry) => Number.parseInt(entry.document.json, 10));
          assert.deepEqual(
            found,
            Array.from({ length: writer.lastTs }, (_, i) => i + 1),
          );
        }
        snapshot.close();
        snapshots.close();
        writer.close();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
