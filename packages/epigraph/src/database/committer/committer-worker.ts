// The committer's thread, started by `committer-thread.ts`. It ends on its own once nothing is left to listen to.
import { parentPort, workerData } from "node:worker_threads";
import { collectWhenIdle } from "../../engine/collect-when-idle.ts";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { type IndexId, StoreError } from "../../store/store.ts";
import { Backups } from "./backups.ts";
import { Committer } from "./committer.ts";
import type {
  CommitterWorkerData,
  CommitterWorkerMessage,
  CommitterWorkerRequest,
} from "./committer-messages.ts";
import { CommitterNotices } from "./committer-notice.ts";
import { CommitterServer } from "./committer-server.ts";
import { Loads } from "./loads.ts";

if (parentPort === null) throw new Error("The committer's worker runs in a thread of its own.");
const port = parentPort;
const { dataFolder, address, history } = workerData as CommitterWorkerData;

try {
  await serve();
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  post({ type: "refused", code: error.code, message: error.message });
}

async function serve(): Promise<void> {
  const notices = new CommitterNotices((notice) => post({ type: "notice", notice }));
  const writer = new SqliteStore(dataFolder).openWriter();
  const backups = new Backups(writer, post);
  const committer = new Committer(writer, {
    ...history,
    nowMs: Date.now,
    onStored: (ts, request) => notices.stored(ts, request),
    onGroup: (ts, touched) => {
      server.flush();
      notices.group(ts, touched);
    },
    onStopped: ({ message }) => post({ type: "stopped", message }),
  });
  const server = new CommitterServer(committer, notices, address.token);
  const loads = new Loads(committer, post);
  await server.listen(address.path);
  port.on("message", (request: CommitterWorkerRequest) => {
    if (request.type === "dropIndexEntries") void dropIndexEntries(committer, request.id, request.index);
    else if (request.type === "backUp") backups.start(request.id, request.path);
    else if (request.type === "load") void loads.start(request.id, request.path);
    else if (request.type === "cancelLoad") loads.cancel(request.id);
    else if (request.type === "watch") notices.watch(committer.lastTs);
    else if (request.type === "unwatch") notices.unwatch();
    else void close(committer, server, backups);
  });
  collectWhenIdle();
  post({ type: "ready" });
}

async function dropIndexEntries(committer: Committer, id: number, index: IndexId): Promise<void> {
  let failure: string | null = null;
  try {
    await committer.dropIndexEntries(index);
  } catch (error) {
    failure = (error as Error).message;
  }
  post({ type: "dropped", id, failure });
}

async function close(committer: Committer, server: CommitterServer, backups: Backups): Promise<void> {
  await Promise.all([server.close(), backups.close()]);
  committer.close();
  port.close();
}

function post(message: CommitterWorkerMessage): void {
  port.postMessage(message);
}
