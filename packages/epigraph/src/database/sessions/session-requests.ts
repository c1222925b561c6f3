import { nanosecondsFromTicks, type Ticks, ticksFromNanoseconds } from "../../store/ticks.ts";
import { COMMIT_TS } from "../../values/commit-ts.ts";
import { decodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import { encodeKey, keyPrefixEnd } from "../../values/index-key.ts";
import { resolveCommitTs } from "../../values/resolve-commit-ts.ts";
import { valueSize } from "../../values/size.ts";
import type { JSONValue, ObjectValue, Value } from "../../values/value.ts";
import { systemTable } from "../catalogue/system-tables.ts";
import { findIndex, type TableIndex } from "../catalogue/table.ts";
import type { KeyRange } from "../commit-request.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { DocumentVersion } from "../transaction/write-set.ts";

/** What tells a mutation from all others of all clients, so that it can be sent again and takes effect once. */
export interface SessionRequest {
  /** Of one client, chosen by it. */
  readonly session: string;
  /** Counts up in the session. */
  readonly request: number;
}

/** What a request came to. */
export interface SessionAnswer<Line> {
  /** Encoded JSON text of the result. */
  readonly json: string;
  readonly lines: readonly Line[];
}

/** A document of `_session_requests`. */
interface SessionRequestDocument<Line> extends SessionRequest {
  /** Text, for a document can't be nested as deeply as a result; a placeholder in it stands for `committedAt`. */
  readonly result: string;
  readonly lines: readonly Line[];
  /** Int64 nanoseconds. */
  readonly committedAt: JSONValue;
}

const TABLE = systemTable("_session_requests");
const BY_SESSION = findIndex(TABLE, "by_session") as TableIndex;

/**
 * The answer that a request had when it was committed, with the commit; null when it was not. To be asked before
 * anything is written: either way the transaction depends on it, so that of two that ask at once only one commits.
 */
export function findSessionAnswer<Line>(
  transaction: Transaction,
  request: SessionRequest,
): (SessionAnswer<Line> & { readonly ts: Ticks }) | null {
  const range = rangeOf(request);
  transaction.addHostRead(BY_SESSION, range);
  const [found] = transaction.snapshot.scan(BY_SESSION.id, range.start, range.end, "asc", 1);
  if (found === undefined) return null;
  const record = JSON.parse(found.document.json) as SessionRequestDocument<Line>;
  const ts = ticksFromNanoseconds(decodeValue(record.committedAt) as bigint);
  return { json: resolveCommitTs(record.result, nanosecondsFromTicks(ts)), lines: record.lines, ts };
}

/** Leaves the answer with the writes of the transaction, which is not empty then. */
export function recordSessionAnswer<Line extends object>(
  transaction: Transaction,
  { session, request }: SessionRequest,
  { json, lines }: SessionAnswer<Line>,
): void {
  const { id, internalId } = transaction.newId(TABLE);
  const value: ObjectValue = {
    _id: id,
    _creationTime: transaction.newCreationTimeMs(TABLE),
    session,
    request,
    result: json,
    lines: lines as readonly object[] as Value[],
    committedAt: COMMIT_TS,
  };
  transaction.commitTs.isUsed = true;
  // No limit of its own: the result and the lines have theirs.
  const version = new DocumentVersion(encodeValueToString(value), valueSize(value), value);
  transaction.write({ table: TABLE, id, internalId, base: null, version });
}

function rangeOf({ session, request }: SessionRequest): KeyRange {
  const start = encodeKey([session, request]);
  return { start, end: keyPrefixEnd(start) };
}
