import { Database } from "../../database/database.ts";
import type { SyscallArguments } from "../../database/syscalls.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import type { LogLines } from "./log-lines.ts";
import { runCancel, runSchedule, type SchedulingCaller } from "./scheduler-syscalls.ts";
import type { TransactionRunnerParts } from "./transaction-parts.ts";

/** What schedules from an action. */
export interface SchedulingAction {
  readonly path: string;
  readonly request: { readonly requestId: string; readonly scheduledFunctionId?: string };
  readonly logs: LogLines;
}

export const NO_FUNCTIONS: SchedulingCaller["functions"] = new Map();

/** `ctx.scheduler` of actions: each call is a transaction of its own, durable before its promise resolves. */
export class ActionScheduling {
  readonly #parts: TransactionRunnerParts;
  readonly #database: Database;

  constructor(parts: TransactionRunnerParts) {
    const { snapshots, committer, catalogues, effects } = parts;
    this.#parts = parts;
    this.#database = new Database({
      snapshots,
      committer,
      catalogues,
      nowMs: effects.nowMs,
      random: effects.random,
      sleep: (ms) => new Promise((resolve) => void effects.setTimer(resolve, ms)),
    });
  }

  /** @returns JSON text of the id. @throws DatabaseError */
  schedule(action: SchedulingAction, operation: string, args: SyscallArguments): Promise<string> {
    return this.#write(action, (transaction, caller) => runSchedule(transaction, caller, operation, args));
  }

  /** @returns JSON text. @throws DatabaseError */
  cancel(action: SchedulingAction, args: SyscallArguments): Promise<string> {
    return this.#write(action, (transaction, caller) => runCancel(transaction, caller, args));
  }

  async #write(
    { path, request, logs }: SchedulingAction,
    change: (transaction: Transaction, caller: SchedulingCaller) => string,
  ): Promise<string> {
    const { codes, newest } = this.#parts;
    let warnings: ReturnType<Transaction["warnings"]> = [];
    const answer = await this.#database.write(path, (transaction) => {
      const { snapshot, catalogue } = transaction;
      const result = change(transaction, {
        parent: request.scheduledFunctionId ?? null,
        requestId: request.requestId,
        own: null,
        functions: codes.get(snapshot, catalogue)?.functions ?? NO_FUNCTIONS,
        // Only mutations can be what they cancel.
        warn: () => {},
      });
      warnings = transaction.warnings();
      return result;
    });
    newest.renew();
    for (const warning of warnings) logs.warn(warning, null);
    return answer;
  }
}
