import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { systemTable } from "../catalogue/system-tables.ts";
import { commitRequest, insertion } from "../testing/commit-requests.ts";
import { Committer } from "./committer.ts";
import { type CommitterNotice, CommitterNotices } from "./committer-notice.ts";
import { LocalCommitterClient } from "./local-committer-client.ts";

it("tells that a connection has closed only when what it submitted is decided and told", async () => {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-local-"));
  const told: CommitterNotice[] = [];
  const notices = new CommitterNotices((notice) => told.push(notice));
  const committer = new Committer(new SqliteStore(folder).openWriter(), {
    nowMs: () => 1_800_000_000_000,
    onGroup: (ts, touched) => notices.group(ts, touched),
  });
  const client = new LocalCommitterClient(committer, "runner-1", notices);
  const outcome = client.commit(
    commitRequest(0, [], [insertion("k")], { notify: { job: 1, answer: "null" } }),
  );
  client.close();
  assert.deepEqual(told, []);
  committer.close();
  const { ts } = (await outcome) as { readonly ts: number };
  assert.deepEqual(told, [
    {
      type: "group",
      ts,
      commits: [{ connection: "runner-1", job: 1, answer: "null", ts }],
      touched: [],
      feed: [],
    },
    { type: "closed", connection: "runner-1" },
  ]);
  rmSync(folder, { recursive: true });
});

it("tells which watched tables a group has written to, and nothing of others", async () => {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-local-"));
  const told: CommitterNotice[] = [];
  const notices = new CommitterNotices((notice) => told.push(notice));
  const committer = new Committer(new SqliteStore(folder).openWriter(), {
    nowMs: () => 1_800_000_000_000,
    onGroup: (ts, touched) => notices.group(ts, touched),
  });
  const jobs = systemTable("_scheduled_jobs").id;
  await committer.commit(commitRequest(0, [], [insertion("a")]));
  assert.deepEqual(told, []);
  const outcomes = await Promise.all(
    ["b", "c"].map((key) => committer.commit(commitRequest(0, [], [{ ...insertion(key), tableId: jobs }]))),
  );
  const { ts } = outcomes[1] as { readonly ts: number };
  assert.deepEqual(told, [{ type: "group", ts, commits: [], touched: [jobs], feed: [] }]);
  committer.close();
  rmSync(folder, { recursive: true });
});
