import type {
  ModuleDocument,
  PushDocument,
  PushRecordDocument,
  SystemFields,
} from "../database/catalogue/catalogue-documents.ts";
import { allSystemDocuments, findSystemDocuments } from "../database/transaction/system-documents.ts";
import type { Transaction } from "../database/transaction/transaction.ts";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { receivedKey } from "./activate-push.ts";
import { readCode } from "./active-code.ts";
import type { PushedCode, ReceivedModule } from "./analysis.ts";
import { ROOT } from "./push-plan.ts";
import type { PushReport } from "./push-report.ts";

/** A push that was activated. */
export interface PushRecord {
  /** Names it for a roll-back. */
  readonly id: string;
  /** Null for one from the deployment's own process. */
  readonly author: string | null;
  readonly timeMs: number;
  readonly message: string | null;
  readonly report: PushReport;
  readonly isActive: boolean;
}

/** The newest first. */
export function readHistory(transaction: Transaction): readonly PushRecord[] {
  const active = transaction.catalogue.activePush(ROOT)?._id;
  return allSystemDocuments<PushRecordDocument>(transaction, "_push_history")
    .map(({ _id, pushId, author, timeMs, message, report }) => ({
      id: _id,
      author,
      timeMs,
      message,
      report: JSON.parse(report) as PushReport,
      isActive: pushId === active,
    }))
    .reverse();
}

/** The code of an earlier push. @throws EpigraphError `PushNotFound` */
export function readRecordedCode(transaction: Transaction, id: string): PushedCode {
  const push = JSON.parse(findRecord(transaction, id).push) as PushDocument;
  return { ...readCode(transaction, push), received: readReceived(transaction, push) };
}

/** @throws EpigraphError `PushNotFound` */
export function findRecord(transaction: Transaction, id: string): PushRecordDocument & SystemFields {
  const record = allSystemDocuments<PushRecordDocument>(transaction, "_push_history").find(
    ({ _id }) => _id === id,
  );
  if (record !== undefined) return record;
  throw new EpigraphError("PushNotFound", `There is no push ${id} that could be activated again`);
}

function readReceived(transaction: Transaction, { received }: PushDocument): PushedCode["received"] {
  if (received === null || received === undefined) return null;
  return received.map((module): ReceivedModule => {
    const key = receivedKey(module);
    const [document] = findSystemDocuments<ModuleDocument>(transaction, "_modules", "by_hash", [key]);
    if (document === undefined) throw new Error(`The module ${module.path} of a push is missing`);
    return { ...module, source: document.source, sourceMap: document.sourceMap };
  });
}
