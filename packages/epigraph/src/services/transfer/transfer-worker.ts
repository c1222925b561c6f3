// The thread that exports and imports, started by `transfer-thread.ts`. It ends when it is told to.
import { rmSync } from "node:fs";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { CommitterClient } from "../../database/committer/committer-client.ts";
import { Database } from "../../database/database.ts";
import { dropHiddenTables, removeDroppedTables } from "../../database/tables/remove-dropped-tables.ts";
import { EpigraphError, toEpigraphError } from "../../errors/epigraph-error.ts";
import type { FileStore } from "../../files/file-store.ts";
import { openFileStore } from "../../files/open-file-store.ts";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { writeSnapshot } from "../export/write-snapshot.ts";
import type { ImportRequest } from "../import/import-request.ts";
import type { ImportSource } from "../import/import-source.ts";
import { openSource } from "../import/open-source.ts";
import { type ImportPlan, planImport, ROOT } from "../import/plan-import.ts";
import { type Drafts, type ImportProgress, type RunOptions, runImport } from "../import/run-import.ts";
import { isOptionalField } from "../import/schema-facts.ts";
import { summarize } from "../import/summary.ts";
import { pooledRandomBytes } from "./pooled-random-bytes.ts";
import type {
  FromTransferWorker,
  ToTransferWorker,
  TransferJob,
  TransferResults,
  TransferWorkerData,
} from "./transfer-jobs.ts";

if (parentPort === null) throw new Error("The worker of transfers runs in a thread of its own.");
const port = parentPort;
const { dataFolder, committer, files } = workerData as TransferWorkerData;
const store = new SqliteStore(dataFolder);
const snapshots = store.openSnapshots();
const random = pooledRandomBytes();
const client = await CommitterClient.connect(committer.path, committer.token, "transfers");
const database = new Database({
  snapshots,
  committer: client,
  nowMs: Date.now,
  random,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});
/** Who waits for an import or an export waits a little longer; who calls functions meanwhile does not. */
const BACKGROUND = 19;
/** Between two pages of documents that are removed: nobody waits for them. */
const PAUSE_MS = 5;
let fileStore: Promise<FileStore> | null = null;
const openStore = (): Promise<FileStore> => {
  fileStore ??= openFileStore(files);
  return fileStore;
};
// There it is this thread's alone; elsewhere it would be that of the whole process.
if (process.platform === "linux") setPriority(BACKGROUND);
const running = new Map<number, AbortController>();
const loading = new Map<number, PromiseWithResolvers<void>>();

port.on("message", (message: ToTransferWorker) => {
  switch (message.type) {
    case "start":
      void start(message.id, message.job);
      return;
    case "cancel":
      running.get(message.id)?.abort(new Error("It was cancelled"));
      return;
    case "loaded": {
      const { id, failure } = message;
      if (failure === null) loading.get(id)?.resolve();
      else loading.get(id)?.reject(new EpigraphError(failure.code, failure.message));
      loading.delete(id);
      return;
    }
    case "close":
      for (const controller of running.values()) controller.abort(new Error("The server stops"));
      void close();
  }
});

async function start(id: number, job: TransferJob): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const onProgress = (progress: ImportProgress): void => post({ type: "progress", id, progress });
    post({ type: "done", id, result: await run(id, job, { signal: controller.signal, onProgress }) });
  } catch (error) {
    const { code, message } = toEpigraphError(error);
    post({ type: "failed", id, failure: { code, message } });
  } finally {
    running.delete(id);
  }
}

function run(
  id: number,
  job: TransferJob,
  { signal, onProgress }: Pick<RunOptions, "signal" | "onProgress">,
): Promise<TransferResults[TransferJob["type"]]> {
  switch (job.type) {
    case "export":
      return writeSnapshot(snapshots, job.path, {
        files: job.hasFiles ? openStore : null,
        tableName: job.tableName,
        signal,
      });
    case "summarize":
      return withPlan(job.request, async ({ plan }) => summarize(plan));
    case "dropHidden":
      return dropHiddenTables(database).then(() => null);
    case "removeDropped":
      return removeDroppedTables(database, () => sleep(PAUSE_MS)).then(() => null);
    case "import":
      return withPlan(job.request, ({ plan }) =>
        runImport(database, job.request, plan, {
          signal,
          onProgress,
          openStore,
          random,
          drafts: draftsOf(id, `${job.request.path}.draft`),
        }),
      );
  }
}

/** @param path beside the file that is imported: they go together. */
function draftsOf(id: number, path: string): Drafts {
  return {
    create: (target) => store.createDraft(path, target),
    load: () => {
      const load = Promise.withResolvers<void>();
      loading.set(id, load);
      post({ type: "load", id, path });
      return load.promise;
    },
    remove: () => rmSync(path, { force: true }),
  };
}

async function withPlan<T>(
  request: ImportRequest,
  use: (opened: { readonly source: ImportSource; readonly plan: ImportPlan }) => Promise<T>,
): Promise<T> {
  const schema = database.read(({ catalogue }) => catalogue.namespace(ROOT).activeSchema?.schema ?? null);
  const source = await openSource(request, (table, field) => isOptionalField(schema, table, field));
  try {
    return await use({ source, plan: await planImport(database, request, source) });
  } finally {
    source.close();
  }
}

async function close(): Promise<void> {
  await client.close();
  snapshots.close();
  port.close();
}

function post(message: FromTransferWorker): void {
  port.postMessage(message);
}
