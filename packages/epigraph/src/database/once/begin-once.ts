import { beginCronRun } from "../crons/cron-run.ts";
import { beginJobRun } from "../scheduled/job-run.ts";
import { beginSessionRequest } from "../sessions/session-requests.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { Once, OnceLine, OnceStart } from "./once.ts";

/** To be asked before anything is written: of two transactions that ask at once only one commits. */
export function beginOnce<Line extends OnceLine>(transaction: Transaction, once: Once): OnceStart<Line> {
  switch (once.type) {
    case "session":
      return beginSessionRequest(transaction, once);
    case "job":
      return beginJobRun(transaction, once.id);
    case "cron":
      return beginCronRun(transaction, once);
  }
}
