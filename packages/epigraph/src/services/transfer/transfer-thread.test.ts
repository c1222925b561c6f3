import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { CommitterThread } from "../../database/committer/committer-thread.ts";
import { StoreError } from "../../store/store.ts";
import type { TransferJob } from "./transfer-jobs.ts";
import { type Load, TransferThread } from "./transfer-thread.ts";

describe("the thread of transfers, of which a load is under way", () => {
  let folder: string;
  let committer: CommitterThread;
  let transfers: TransferThread;
  let events: string[];
  let begun: PromiseWithResolvers<string>;
  let worker: Promise<Worker>;
  let job: TransferJob;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-transfer-"));
    committer = await CommitterThread.start({
      dataFolder: folder,
      onNotice: () => {},
      onStopped: (error) => assert.fail(error),
    });
    events = [];
    begun = Promise.withResolvers();
    worker = new Promise((resolve) => process.once("worker", resolve));
    transfers = new TransferThread(
      { dataFolder: folder, committer: committer.address, files: { type: "local", folder } },
      endsLate,
    );
    const path = join(folder, "lines");
    writeFileSync(path, '{"a":1}\n{"a":2}\n');
    job = {
      type: "import",
      request: { format: "jsonLines", mode: "requireEmpty", tableName: "notes", path },
    };
  });
  afterEach(async () => {
    await transfers.close();
    await committer.close();
    rmSync(folder, { recursive: true });
  });

  /** Goes on until it is ended, and for a while longer. */
  const endsLate: Load = (path, signal) => {
    begun.resolve(path);
    return new Promise((_, reject) => {
      const end = (): void => {
        events.push("load ended");
        reject(new StoreError("LoadStopped", "The load was cancelled."));
      };
      signal.addEventListener("abort", () => setTimeout(end, 50), { once: true });
    });
  };

  const failed = (import_: Promise<unknown>): Promise<void> =>
    import_.then(
      () => assert.fail("It was done."),
      (error: Error) => void events.push(error.message),
    );

  it("tells of a cancelled import once nothing is loaded any more, and the draft is gone", async () => {
    const controller = new AbortController();
    const importing = failed(transfers.run(job, { signal: controller.signal }));
    const draft = await begun.promise;
    assert.ok(existsSync(draft));
    controller.abort();
    await importing;
    assert.deepEqual(events, ["load ended", "The load was cancelled."]);
    assert.ok(!existsSync(draft));
    await assert.rejects(transfers.run(job, { signal: controller.signal }), /cancelled/);
  });

  it("tells of its own death then", async () => {
    const importing = failed(transfers.run(job));
    await begun.promise;
    await (await worker).terminate();
    await importing;
    assert.deepEqual(events, ["load ended", "The thread of exports and imports has ended"]);
  });

  it("closes meanwhile", async () => {
    const importing = failed(transfers.run(job));
    await begun.promise;
    await transfers.close();
    await importing;
    assert.deepEqual(events, ["load ended", "The server stops"]);
  });
});
