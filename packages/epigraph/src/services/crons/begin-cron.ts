import type { SystemFields } from "../../database/catalogue/catalogue-documents.ts";
import {
  CRONS,
  CRONS_BY_STATE_AND_TIME,
  type CronDocument,
  type CronState,
} from "../../database/crons/cron-documents.ts";
import { endCronRun } from "../../database/crons/cron-run.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import { encodeKey, keyPrefixEnd } from "../../values/index-key.ts";
import { findActiveFunction } from "../active-functions.ts";
import { loadCron } from "./cron-rows.ts";

/** What is to be called for a cron. */
export interface CronCall extends Pick<CronDocument, "component" | "path" | "args" | "revision"> {
  readonly kind: "mutation" | "action";
}

/** Looks at a cron whose time has come. @returns null when there is nothing to call: perhaps its run has ended with that. */
export function beginCron(transaction: Transaction, id: string): CronCall | null {
  if (transaction.catalogue.isPaused) return null;
  const cron = loadCron(transaction, id);
  if (cron === null || !isDue(cron.fields.state) || cron.fields.timeMs > transaction.nowMs) return null;
  const { component, path, args, revision, state } = cron.fields;
  const found = findActiveFunction(transaction.catalogue, component, path);
  if ("missing" in found || found.type === "Query") {
    const error = "missing" in found ? found.missing : `${path} is a query, which no cron can run.`;
    cron.change({ isExtra: state === "asked" });
    endCronRun(transaction, cron, { type: "error", error, lines: [], durationMs: 0 });
    return null;
  }
  const kind = found.type === "Action" ? "action" : "mutation";
  if (kind === "action") cron.change({ state: "running", isExtra: state === "asked" });
  return { component, path, args, revision, kind };
}

/** Whether it may begin. */
export function isDue(state: CronState): boolean {
  return state === "waiting" || state === "asked";
}

/** What it runs; null where that is nothing a cron can run. */
export function kindOf(
  { catalogue }: Transaction,
  { component, path }: CronDocument,
): "mutation" | "action" | null {
  const found = findActiveFunction(catalogue, component, path);
  if ("missing" in found || found.type === "Query") return null;
  return found.type === "Action" ? "action" : "mutation";
}

/** Crons of one state, the earliest time first. */
export function* readCrons(
  transaction: Transaction,
  state: CronState,
): Generator<CronDocument & SystemFields> {
  const start = encodeKey([state]);
  const bounds = { start, end: keyPrefixEnd(start), order: "asc" } as const;
  const scan = transaction.scan(CRONS, CRONS_BY_STATE_AND_TIME, bounds);
  try {
    for (let row = scan.next(); row !== null; row = scan.next()) {
      yield decodeValue(JSON.parse(row.json)) as unknown as CronDocument & SystemFields;
    }
  } finally {
    scan.close();
  }
}
