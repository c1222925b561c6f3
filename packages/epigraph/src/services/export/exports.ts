import { existsSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ExportDocument, SystemFields } from "../../database/catalogue/catalogue-documents.ts";
import type { Database } from "../../database/database.ts";
import {
  allSystemDocuments,
  deleteSystemDocument,
  insertSystemDocument,
  patchSystemDocument,
} from "../../database/transaction/system-documents.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { nanosecondsFromTicks } from "../../store/ticks.ts";
import { checkTable } from "../transfer/check-table.ts";
import type { TransferThread } from "../transfer/transfer-thread.ts";

export interface ExportsOptions {
  readonly database: Database;
  readonly transfers: TransferThread;
  /** Where files are kept; made with the first. */
  readonly folder: string;
  readonly nowMs: () => number;
  /** Gets what the operator should know. */
  readonly report: (text: string) => void;
}

/** A finished export. */
export interface ExportFile {
  readonly path: string;
  readonly startTs: bigint;
}

type Export = ExportDocument & SystemFields;

const SOURCE = "export";
const KEPT_MS = 14 * 24 * 60 * 60_000;
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/**
 * Exports of all documents, one at a time:
 *
 *     requested -> in_progress -> completed -> gone, when its time is over
 *                      \-> failed, canceled
 *
 * One that was under way when the server ended begins anew.
 */
export class Exports {
  readonly #options: ExportsOptions;
  #running: AbortController | null = null;

  constructor(options: ExportsOptions) {
    this.#options = options;
  }

  /** To be called once after the start. */
  async recover(): Promise<void> {
    await this.removeExpired();
    const unfinished = this.#all().find(isUnderWay);
    if (unfinished !== undefined)
      void this.#run(unfinished._id, unfinished.hasFiles, unfinished.tableName ?? null);
  }

  /**
   * @param hasFiles whether the bytes of files are part of it.
   * @param tableName the one table that is wanted; null: all of them.
   * @throws EpigraphError `ExportInProgress` or `TableNotFound`
   */
  async request(hasFiles: boolean, tableName: string | null): Promise<void> {
    await this.removeExpired();
    const id = await this.#options.database.write(SOURCE, (transaction) => {
      if (allSystemDocuments<ExportDocument>(transaction, "_exports").some(isUnderWay)) {
        throw new EpigraphError("ExportInProgress", "There is already an export requested or in progress.");
      }
      if (tableName !== null) checkTable(transaction, tableName);
      return insertSystemDocument<ExportDocument>(transaction, "_exports", {
        state: "requested",
        hasFiles,
        ...(tableName === null ? {} : { tableName }),
      });
    });
    void this.#run(id, hasFiles, tableName);
  }

  /** @throws EpigraphError `ExportNotFound` */
  async cancel(id: string): Promise<void> {
    if (!isUnderWay(this.#find(id))) return;
    await this.#patch(id, { state: "canceled" });
    this.#running?.abort();
  }

  /** @throws EpigraphError `ExportNotFound` */
  async setExpiration(id: string, expirationNs: bigint): Promise<void> {
    this.#find(id);
    await this.#patch(id, { expirationMs: Number(expirationNs / NANOSECONDS_PER_MILLISECOND) });
    await this.removeExpired();
  }

  /**
   * @param name the time of its snapshot in nanoseconds, or its id.
   * @throws EpigraphError `ExportNotFound`, `ExportNotComplete` or `BadSnapshotId`
   */
  file(name: string): ExportFile {
    const isTime = /^\d+$/.test(name);
    if (!isTime && !/^[0-9a-z]{31,37}$/.test(name)) {
      throw new EpigraphError("BadSnapshotId", `"${name}" names no export`);
    }
    const found = isTime
      ? this.#all().find(({ startTs }) => startTs === BigInt(name))
      : this.#all().find(({ _id }) => _id === name);
    if (found === undefined) throw notFound();
    if (found.state !== "completed" || found.startTs === undefined) {
      throw new EpigraphError("ExportNotComplete", "The export is not complete.");
    }
    const path = this.#path(found._id);
    if (!existsSync(path)) throw notFound();
    return { path, startTs: found.startTs };
  }

  /** Removes what is older than it is to be. */
  async removeExpired(): Promise<void> {
    const now = this.#options.nowMs();
    for (const { _id, expirationMs, failedMs, state } of this.#all()) {
      const isOver =
        (expirationMs !== undefined && expirationMs <= now) ||
        state === "canceled" ||
        (failedMs !== undefined && failedMs + KEPT_MS <= now);
      if (!isOver) continue;
      await rm(this.#path(_id), { force: true });
      await this.#options.database.write(SOURCE, (transaction) =>
        deleteSystemDocument(transaction, "_exports", _id),
      );
    }
  }

  async #run(id: string, hasFiles: boolean, tableName: string | null): Promise<void> {
    const { transfers, folder, nowMs, report } = this.#options;
    const controller = new AbortController();
    this.#running = controller;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await this.#patch(id, { state: "in_progress" });
      const { ts, bytes } = await transfers.run(
        { type: "export", path: this.#path(id), hasFiles, tableName },
        { signal: controller.signal },
      );
      const completeMs = nowMs();
      await this.#patch(id, {
        state: "completed",
        startTs: nanosecondsFromTicks(ts),
        completeMs,
        expirationMs: completeMs + KEPT_MS,
        bytes,
      });
    } catch (error) {
      if (controller.signal.aborted) return;
      report(`An export failed: ${(error as Error).message}`);
      // When the server stops nothing can be written: the export begins anew then.
      await this.#patch(id, { state: "failed", failedMs: nowMs() }).catch(() => {});
    } finally {
      this.#running = null;
    }
  }

  #path(id: string): string {
    return join(this.#options.folder, `${id}.zip`);
  }

  #all(): readonly Export[] {
    return this.#options.database.read((transaction) =>
      allSystemDocuments<ExportDocument>(transaction, "_exports"),
    );
  }

  #find(id: string): Export {
    const found = this.#all().find(({ _id }) => _id === id);
    if (found === undefined) throw notFound();
    return found;
  }

  /** One that was cancelled stays so. */
  #patch(id: string, fields: Partial<ExportDocument>): Promise<void> {
    return this.#options.database.write(SOURCE, (transaction) => {
      const found = allSystemDocuments<ExportDocument>(transaction, "_exports").find(({ _id }) => _id === id);
      if (found === undefined || found.state === "canceled") return;
      patchSystemDocument<ExportDocument>(transaction, "_exports", id, fields);
    });
  }
}

function isUnderWay({ state }: ExportDocument): boolean {
  return state === "requested" || state === "in_progress";
}

function notFound(): EpigraphError {
  return new EpigraphError("ExportNotFound", "The requested export was not found.");
}
