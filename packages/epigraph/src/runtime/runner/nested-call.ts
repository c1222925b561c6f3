import { DatabaseError } from "../../database/database-error.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import type { TransactionLimits } from "../../database/transaction/transaction-limits.ts";
import { isPlainObject } from "../../values/value.ts";
import { addressedFunction } from "./addressed-function.ts";
import { type CallResult, isCallError } from "./call-error.ts";
import type { NestedCall, TransactionFrame } from "./transaction-frame.ts";

/** A call among those on the stack that is one too many. */
const MAX_DEPTH = 8;

/** What a nested call has that its parent has not. */
export interface ChildCall {
  readonly path: string;
  readonly kind: "query" | "mutation";
  readonly argsJson: string;
  /** The parent's, or one that does not see the parent's writes. */
  readonly transaction: Transaction;
}

/**
 * Runs `ctx.runQuery` or `ctx.runMutation` of a query or mutation: in the same transaction, with a scope of its own
 * that goes when it fails.
 * @throws DatabaseError for what the call itself does wrong.
 */
export function runNestedCall(
  { transaction, kind, depth, functions, tracer }: TransactionFrame,
  call: NestedCall,
  run: (child: ChildCall) => CallResult,
): CallResult {
  const { udfType, args, transactionLimits } = call;
  const path = addressedFunction(call, "runUdf", () => {
    // Which function a handle means, if any, is known of all of them together.
    tracer?.pushRead();
    return functions;
  });
  if (depth + 1 >= MAX_DEPTH) {
    throw new DatabaseError(
      "MaximumCallDepthExceeded",
      "Cross component call depth limit exceeded. Do you have an infinite loop in your app?",
    );
  }
  if (udfType === "mutation" && kind === "query") {
    throw new DatabaseError("InvalidArgument", "Cannot call a Mutation function from a Query function");
  }
  const child: ChildCall = {
    path,
    kind: udfType === "mutation" ? "mutation" : "query",
    argsJson: `[${JSON.stringify(args ?? {})}]`,
    transaction: udfType === "snapshotQuery" ? transaction.withoutOwnWrites() : transaction,
  };
  const restore = transaction.usage.restrict(readLimits(transactionLimits));
  try {
    return child.kind === "mutation" ? inScope(transaction, () => run(child)) : run(child);
  } finally {
    restore();
  }
}

function inScope(transaction: Transaction, run: () => CallResult): CallResult {
  transaction.beginNested();
  let isKept = false;
  try {
    const result = run();
    isKept = !isCallError(result);
    return result;
  } finally {
    if (isKept) transaction.commitNested();
    else transaction.rollbackNested();
  }
}

/** Only numbers count; anything else sets no limit. */
function readLimits(limits: unknown): Partial<TransactionLimits> {
  if (!isPlainObject(limits)) return {};
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => typeof value === "number"));
}
