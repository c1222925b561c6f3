import { Readable } from "node:stream";
import type { ImportDocument, SystemFields } from "../../database/catalogue/catalogue-documents.ts";
import type { Database } from "../../database/database.ts";
import {
  allSystemDocuments,
  getSystemDocument,
  insertSystemDocument,
  patchSystemDocument,
} from "../../database/transaction/system-documents.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { tryDecodeId } from "../../values/id.ts";
import { checkTable } from "../transfer/check-table.ts";
import type { TransferThread } from "../transfer/transfer-thread.ts";
import type { ImportRequest } from "./import-request.ts";
import type { ImportProgress } from "./run-import.ts";
import type { Uploads } from "./uploads.ts";

export interface ImportsOptions {
  readonly database: Database;
  readonly transfers: TransferThread;
  readonly uploads: Uploads;
  readonly nowMs: () => number;
  /** Hears that tables were removed, whose indexes are dropped now. */
  readonly onRemoved: () => void;
  /** Gets what the operator should know. */
  readonly report: (text: string) => void;
}

type Import = ImportDocument & SystemFields;

const SOURCE = "import";
const EXPIRES_MS = 7 * 24 * 60 * 60_000;
/** How often those who watch are told how far it is. */
const TELL_EVERY_MS = 500;
/** What brings the server down each time is not tried for ever. */
const MAX_RESUMED = 3;
const APPEND_CUT =
  "The server was started again while rows were appended: those that were stored by then are there. Look which, and append the others.";
const CUT_OFTEN = `The server ended ${MAX_RESUMED + 1} times during the import: nothing of it was kept. Look at the server's log, then import again.`;

/**
 * Imports, one at a time:
 *
 *     uploaded -> waiting_for_confirmation -> in_progress -> completed
 *         \-------------\-------------------------\-> failed
 *
 * One that was in progress when the server ended begins anew at the next start, but for one that appends.
 */
export class Imports {
  readonly #options: ImportsOptions;
  readonly #running = new Map<string, AbortController>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ImportsOptions) {
    this.#options = options;
  }

  /** To be called once after the start: what was under way goes on, what waits goes on waiting. */
  async recover(): Promise<void> {
    const { uploads, nowMs, database } = this.#options;
    if (database.read(({ catalogue }) => catalogue.asideTables.size) > 0) this.#clean();
    for (const found of this.#all()) {
      if (found.state === "in_progress") await this.#resume(found);
      else if (found.state === "uploaded") void this.#summarize(found._id);
    }
    await this.#removeExpired();
    await uploads.removeOlder(nowMs() - EXPIRES_MS);
  }

  /** Takes an upload that is complete. @returns the id of the import, which looks through it then. */
  async begin(
    uploadToken: string,
    { format, mode, tableName }: Omit<ImportRequest, "path">,
  ): Promise<string> {
    await this.#removeExpired();
    const id = await this.#options.database.write(SOURCE, (transaction) =>
      insertSystemDocument<ImportDocument>(transaction, "_imports", {
        state: "uploaded",
        format,
        mode,
        tableName,
        uploadToken,
        message: "",
        isDestructive: false,
        progress: "",
        checkpoints: [],
        completeMs: null,
        documents: 0,
        error: null,
      }),
    );
    void this.#summarize(id);
    return id;
  }

  /** Begins an import that waits for it. @throws EpigraphError `ImportNotFound` or `ImportNotWaiting` */
  async confirm(id: string): Promise<void> {
    await this.#options.database.write(SOURCE, (transaction) => {
      const found = getSystemDocument<ImportDocument>(transaction, "_imports", checkId(id));
      if (found === null) throw notFound(id);
      if (found.state !== "waiting_for_confirmation") {
        throw new EpigraphError("ImportNotWaiting", `The import is not waiting: it is ${found.state}`);
      }
      patchSystemDocument<ImportDocument>(transaction, "_imports", id, { state: "in_progress" });
    });
    void this.#run(id);
  }

  /** @throws EpigraphError `ImportNotFound` */
  async cancel(id: string): Promise<void> {
    const { state } = this.#find(id);
    if (state === "completed" || state === "failed") return;
    const running = this.#running.get(id);
    running?.abort();
    if (running === undefined) await this.#fail(id, "Import was canceled");
  }

  /**
   * Imports a file at once, without asking.
   * @returns number of documents.
   * @throws ImportError
   */
  async now(bytes: Readable, request: Omit<ImportRequest, "path">): Promise<number> {
    const { transfers, uploads } = this.#options;
    const token = await uploads.addWhole(bytes);
    try {
      return await this.#queue(() =>
        transfers.run({ type: "import", request: { ...request, path: uploads.file(token) } }),
      );
    } finally {
      await uploads.remove(token);
      this.#clean();
    }
  }

  /**
   * Removes all documents of a table at once: an empty one takes its place.
   * @throws EpigraphError `TableNotFound`
   */
  async clear(tableName: string): Promise<void> {
    this.#options.database.read((transaction) => checkTable(transaction, tableName));
    await this.now(Readable.from([]), { format: "jsonLines", mode: "replace", tableName });
  }

  async #summarize(id: string): Promise<void> {
    const request = this.#request(this.#find(id));
    try {
      const { message, isDestructive } = await this.#options.transfers.run({ type: "summarize", request });
      await this.#patch(id, { state: "waiting_for_confirmation", message, isDestructive });
    } catch (error) {
      if (!this.#options.transfers.isClosed) await this.#fail(id, (error as Error).message);
    }
  }

  async #run(id: string): Promise<void> {
    const { transfers, nowMs } = this.#options;
    const controller = new AbortController();
    this.#running.set(id, controller);
    const request = this.#request(this.#find(id));
    const progress = new Progress(nowMs, (fields) => this.#patch(id, fields));
    try {
      const documents = await this.#queue(() =>
        transfers.run(
          { type: "import", request },
          { signal: controller.signal, onProgress: (step) => progress.tell(step) },
        ),
      );
      await progress.end();
      await this.#patch(id, {
        state: "completed",
        completeMs: nowMs(),
        documents,
        checkpoints: progress.checkpoints,
      });
      await this.#options.uploads.remove(this.#find(id).uploadToken);
    } catch (error) {
      if (transfers.isClosed) return;
      const isCanceled = controller.signal.aborted;
      await this.#fail(id, isCanceled ? "Import was canceled" : (error as Error).message);
    } finally {
      this.#running.delete(id);
      this.#clean();
    }
  }

  /** Nothing of it was seen by anybody, so it is simply done again. */
  async #resume({ _id, mode, resumed = 0 }: Import): Promise<void> {
    if (mode === "append" || resumed >= MAX_RESUMED) {
      await this.#fail(_id, mode === "append" ? APPEND_CUT : CUT_OFTEN);
      return;
    }
    await this.#patch(_id, { resumed: resumed + 1 });
    void this.#run(_id);
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Behind the imports: nothing that is being filled may be taken for what one has left. */
  #clean(): void {
    const { transfers, report, onRemoved } = this.#options;
    if (transfers.isClosed) return;
    this.#queue(() => transfers.run({ type: "clean" })).then(onRemoved, (error: Error) =>
      report(
        `Removing replaced tables failed, and is tried again after the next import or start: ${error.message}`,
      ),
    );
  }

  /** Not to be called when the server stops: what was under way goes on at the next start. */
  async #fail(id: string, error: string): Promise<void> {
    await this.#patch(id, { state: "failed", error }).catch(() => {});
    const { uploadToken } = this.#find(id);
    await this.#options.uploads.remove(uploadToken);
  }

  async #removeExpired(): Promise<void> {
    const bound = this.#options.nowMs() - EXPIRES_MS;
    for (const { _id, _creationTime, state } of this.#all()) {
      if (state !== "waiting_for_confirmation" || _creationTime >= bound) continue;
      await this.#fail(_id, "Import is too old: it waited for a week. Import again.");
    }
  }

  #request({ format, mode, tableName, uploadToken }: Import): ImportRequest {
    return {
      format: format as ImportRequest["format"],
      mode: mode as ImportRequest["mode"],
      tableName,
      path: this.#options.uploads.file(uploadToken),
    };
  }

  #all(): readonly Import[] {
    return this.#options.database.read((transaction) =>
      allSystemDocuments<ImportDocument>(transaction, "_imports"),
    );
  }

  #find(id: string): Import {
    const found = this.#options.database.read((transaction) =>
      getSystemDocument<ImportDocument>(transaction, "_imports", checkId(id)),
    );
    if (found === null) throw notFound(id);
    return found;
  }

  #patch(id: string, fields: Partial<ImportDocument>): Promise<void> {
    return this.#options.database.write(SOURCE, (transaction) =>
      patchSystemDocument<ImportDocument>(transaction, "_imports", id, fields),
    );
  }
}

/** What is told of an import while it runs: now and then, and each table that is done. */
class Progress {
  readonly checkpoints: string[] = [];
  readonly #nowMs: () => number;
  readonly #write: (fields: Partial<ImportDocument>) => Promise<void>;
  #toldMs = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(nowMs: () => number, write: (fields: Partial<ImportDocument>) => Promise<void>) {
    this.#nowMs = nowMs;
    this.#write = write;
  }

  tell({ table, rows, isComplete }: ImportProgress): void {
    const progress = `Importing "${table}" (${rows} documents)`;
    if (isComplete) this.checkpoints.push(`Imported "${table}" (${rows} documents)`);
    const now = this.#nowMs();
    if (!isComplete && Math.abs(now - this.#toldMs) < TELL_EVERY_MS) return;
    this.#toldMs = now;
    const checkpoints = [...this.checkpoints];
    this.#last = this.#last.then(() => this.#write({ progress, checkpoints })).catch(() => {});
  }

  /** Nothing is written afterwards. */
  end(): Promise<void> {
    return this.#last;
  }
}

function checkId(id: string): string {
  if (tryDecodeId(id) === null) throw notFound(id);
  return id;
}

function notFound(id: string): EpigraphError {
  return new EpigraphError("ImportNotFound", `There is no import ${id}`);
}
