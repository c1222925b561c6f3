// The thread of `measured-committer.ts`: a committer as a deployment has it, on a writer that measures.
import { parentPort, workerData } from "node:worker_threads";
import { Committer } from "../../packages/epigraph/src/database/committer/committer.ts";
import { CommitterNotices } from "../../packages/epigraph/src/database/committer/committer-notice.ts";
import { CommitterServer } from "../../packages/epigraph/src/database/committer/committer-server.ts";
import type {
  CommitterCounts,
  MeasuredCommitterData,
  MeasuredCommitterRequest,
} from "./committer-messages.ts";
import { MeasuredWriter } from "./measured-writer.ts";

/** Shorter than a deployment's, so that history is pruned while there is something to measure. */
const HISTORY_MS = 5_000;

const port = parentPort!;
const { path, address, syncDelayMs } = workerData as MeasuredCommitterData;
const writer = new MeasuredWriter(path, syncDelayMs);
const notices = new CommitterNotices(() => {});
const committer = new Committer(writer, {
  nowMs: Date.now,
  historyMs: HISTORY_MS,
  onGroup: (ts, touched) => {
    server.flush();
    notices.group(ts, touched);
  },
  onStopped: (error) => {
    throw error;
  },
});
const server = new CommitterServer(committer, notices, address.token);
await server.listen(address.path);

port.on("message", async (request: MeasuredCommitterRequest) => {
  if (request === "close") {
    await server.close();
    committer.close();
    port.close();
    return;
  }
  const counts: CommitterCounts = {
    groups: writer.groups.splice(0),
    checkpointMs: writer.checkpointMs.splice(0),
  };
  port.postMessage(counts);
});
port.postMessage("ready");
