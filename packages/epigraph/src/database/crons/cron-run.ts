import { notWanted, type Once, type OnceEnd, type OnceLine, type OnceStart } from "../once/once.ts";
import { HostDocument } from "../transaction/host-document.ts";
import { insertSystemDocument } from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { CRONS, type CronDocument, type CronRunDocument, type CronRunStatus } from "./cron-documents.ts";

const MAX_RESULT_CHARACTERS = 1_000;
const MAX_LOG_BYTES = 1_000;

/** Begins the run of a mutation that a cron wants, in the mutation's own transaction. */
export function beginCronRun<Line extends OnceLine>(
  transaction: Transaction,
  { id, revision }: Extract<Once, { readonly type: "cron" }>,
): OnceStart<Line> {
  const cron = HostDocument.load<CronDocument>(transaction, CRONS, id);
  const state = cron?.fields.state;
  if (cron === null || cron.fields.revision !== revision || (state !== "waiting" && state !== "asked")) {
    return notWanted(transaction);
  }
  return {
    type: "run",
    end: (end) => {
      cron.change({ isExtra: state === "asked" });
      endCronRun(transaction, cron, end);
      return true;
    },
  };
}

/** Leaves the record of a run that is over, whose successor is then to be fixed. */
export function endCronRun(
  transaction: Transaction,
  cron: HostDocument<CronDocument>,
  end: OnceEnd<OnceLine>,
): void {
  const { name, path, args, timeMs } = cron.fields;
  insertSystemDocument<CronRunDocument>(transaction, "_cron_runs", {
    cron: cron.id,
    name,
    ts: timeMs,
    udfPath: path,
    args,
    status: statusOf(end),
    logLines: cutLines(end.lines),
    executionTime: end.durationMs / 1000,
  });
  cron.change({ state: "ended", attempts: 0 });
}

function statusOf(end: OnceEnd<OnceLine>): CronRunStatus {
  if (end.type === "error") return { type: "err", error: end.error };
  const isCut = end.json.length > MAX_RESULT_CHARACTERS;
  const value = isCut ? end.json.slice(0, MAX_RESULT_CHARACTERS).toWellFormed() : end.json;
  return { type: "success", result: { type: isCut ? "truncated" : "default", value } };
}

function cutLines(lines: readonly OnceLine[]): CronRunDocument["logLines"] {
  const logLines: string[] = [];
  let bytes = 0;
  for (const { level, text } of lines) {
    const line = `[${level}] ${text}`.toWellFormed();
    bytes += Buffer.byteLength(line);
    if (bytes > MAX_LOG_BYTES) return { logLines, isTruncated: true };
    logLines.push(line);
  }
  return { logLines, isTruncated: false };
}
