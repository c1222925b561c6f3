import type { SystemFields } from "../../database/catalogue/catalogue-documents.ts";
import { CRONS, type CronDocument, type CronRunDocument } from "../../database/crons/cron-documents.ts";
import { HostDocument } from "../../database/transaction/host-document.ts";
import { deleteSystemDocument, findSystemDocuments } from "../../database/transaction/system-documents.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";

export type CronRow = HostDocument<CronDocument>;

export function loadCron(transaction: Transaction, id: string): CronRow | null {
  return HostDocument.load<CronDocument>(transaction, CRONS, id);
}

/** The crons of a component, by their names. */
export function cronsOf(
  transaction: Transaction,
  component: string,
): readonly (CronDocument & SystemFields)[] {
  return findSystemDocuments<CronDocument>(transaction, "_cron_jobs", "by_name", [component]);
}

export function findCron(transaction: Transaction, component: string, name: string): CronRow | null {
  const [found] = findSystemDocuments<CronDocument>(transaction, "_cron_jobs", "by_name", [component, name]);
  return found === undefined ? null : loadCron(transaction, found._id);
}

/** What became of its last runs, the oldest first. */
export function runsOf(transaction: Transaction, cron: string): readonly (CronRunDocument & SystemFields)[] {
  return findSystemDocuments<CronRunDocument>(transaction, "_cron_runs", "by_cron", [cron]);
}

/** Removes records of runs. @param kept how many of the newest stay. */
export function trimRuns(transaction: Transaction, cron: string, kept: number): void {
  const runs = runsOf(transaction, cron);
  for (const { _id } of runs.slice(0, Math.max(0, runs.length - kept))) {
    deleteSystemDocument(transaction, "_cron_runs", _id);
  }
}
