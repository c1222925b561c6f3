import { nanosecondsFromTicks, ticksFromNanoseconds } from "../../store/ticks.ts";
import { COMMIT_TS } from "../../values/commit-ts.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import { encodeKey, keyPrefixEnd } from "../../values/index-key.ts";
import { resolveCommitTs } from "../../values/resolve-commit-ts.ts";
import type { JSONValue, Value } from "../../values/value.ts";
import { systemTable } from "../catalogue/system-tables.ts";
import { findIndex, type TableIndex } from "../catalogue/table.ts";
import type { KeyRange } from "../commit-request.ts";
import type { OnceAnswer, OnceLine, OnceStart } from "../once/once.ts";
import { insertHostDocument } from "../transaction/host-document.ts";
import type { Transaction } from "../transaction/transaction.ts";

/** What tells a mutation from all others of all clients, so that it can be sent again and takes effect once. */
export interface SessionRequest {
  /** Of one client, chosen by it. */
  readonly session: string;
  /** Counts up in the session. */
  readonly request: number;
}

/** A document of `_session_requests`. */
interface SessionRequestDocument<Line> extends SessionRequest {
  /** Text, for a document can't be nested as deeply as a result; a placeholder in it stands for `committedAt`. */
  readonly result: string;
  readonly lines: readonly Line[];
  /** Int64 nanoseconds, still in JSON where the document has been read. */
  readonly committedAt: JSONValue | Value;
}

const TABLE = systemTable("_session_requests");
const BY_SESSION = findIndex(TABLE, "by_session") as TableIndex;

/**
 * Finds the answer that a request had when it was committed. A failure is no answer: sent again, it runs again. Either way
 * the transaction depends on it.
 */
export function beginSessionRequest<Line extends OnceLine>(
  transaction: Transaction,
  request: SessionRequest,
): OnceStart<Line> {
  const range = rangeOf(request);
  transaction.addHostRead(BY_SESSION, range);
  const [found] = transaction.snapshot.scan(BY_SESSION.id, range.start, range.end, "asc", 1);
  if (found !== undefined) return { type: "found", answer: readAnswer(found.document.json) };
  return {
    type: "run",
    end: (end) => {
      if (end.type === "error") return false;
      recordAnswer(transaction, request, end);
      return true;
    },
  };
}

function readAnswer<Line extends OnceLine>(json: string): OnceAnswer<Line> {
  const record = JSON.parse(json) as SessionRequestDocument<Line>;
  const ts = ticksFromNanoseconds(decodeValue(record.committedAt as JSONValue) as bigint);
  return { json: resolveCommitTs(record.result, nanosecondsFromTicks(ts)), lines: record.lines, ts };
}

/** Leaves the answer with the writes of the transaction, which is not empty then. */
function recordAnswer<Line extends object>(
  transaction: Transaction,
  { session, request }: SessionRequest,
  { json, lines }: { readonly json: string; readonly lines: readonly Line[] },
): void {
  transaction.commitTs.isUsed = true;
  insertHostDocument<SessionRequestDocument<Line>>(transaction, TABLE, transaction.newId(TABLE), {
    session,
    request,
    result: json,
    lines,
    committedAt: COMMIT_TS,
  });
}

function rangeOf({ session, request }: SessionRequest): KeyRange {
  const start = encodeKey([session, request]);
  return { start, end: keyPrefixEnd(start) };
}
