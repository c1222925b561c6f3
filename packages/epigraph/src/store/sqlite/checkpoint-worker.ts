// The checkpoint thread, started by `checkpoint-thread.ts`. It has no event loop: it sleeps on a shared word.
import { DatabaseSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import { ASKED, type CheckpointWorkerData, CLOSED, CLOSING, IDLE } from "./checkpoint-state.ts";
import { BUSY_TIMEOUT_MS } from "./open-database.ts";

const { path, state } = workerData as CheckpointWorkerData;
const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
database.exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;");
const checkpoint = database.prepare("PRAGMA wal_checkpoint(PASSIVE)");

for (;;) {
  Atomics.wait(state, 0, IDLE);
  if (Atomics.load(state, 0) === CLOSING) break;
  try {
    checkpoint.get();
  } catch {
    // The writer goes on where this ended, and meets the same error.
  }
  Atomics.compareExchange(state, 0, ASKED, IDLE);
}
database.close();
Atomics.store(state, 0, CLOSED);
Atomics.notify(state, 0);
