import { compareBytes, keySuccessor } from "../../values/index-key.ts";
import { MAX_DOCUMENT_BYTES } from "../../values/limits.ts";
import type { TableNames } from "../catalogue/namespace.ts";
import { isSystemTable } from "../catalogue/system-tables.ts";
import { rangeFields } from "../catalogue/table.ts";
import type { KeyRange } from "../commit-request.ts";
import { DatabaseError } from "../database-error.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { DEFAULT_TRANSACTION_LIMITS } from "../transaction/transaction-limits.ts";
import { type PageCursors, type PagePosition, queryFingerprint } from "./page-cursors.ts";
import { QueryCursor } from "./query-cursor.ts";
import { planQuery, type QueryPlan } from "./query-plan.ts";

export interface PageRequest {
  readonly query: unknown;
  /** Null for the first page. */
  readonly cursor: string | null;
  /** Null when the page shall end by its size. */
  readonly endCursor: string | null;
  readonly pageSize: number;
  readonly maximumRowsRead: number | null;
  readonly maximumBytesRead: number | null;
}

type PageStatus = "SplitRecommended" | "SplitRequired" | null;

export interface Page {
  /** Texts of documents. */
  readonly documents: readonly string[];
  readonly isDone: boolean;
  readonly continueCursor: string;
  readonly splitCursor: string | null;
  readonly pageStatus: PageStatus;
}

const MAX_PAGE_SIZE = 32_000;
/** Above this share of what may be read, or above this many documents, clients are advised to split a page. */
const SPLIT_ABOVE = 0.75;
const SPLIT_ABOVE_DOCUMENTS = 6_144;

/**
 * Reads one page: from behind `cursor` up to `pageSize` documents, or up to and including `endCursor`.
 * @param rememberedEnd where the first run of the same page ended: a later run ends there too, so that the pages of a
 * client stay adjacent. Ignored when the request names an end.
 * @throws DatabaseError for sizes and cursors that are not valid, among them ends of other queries: new code may run
 * another query for the same call.
 */
export function paginate(
  transaction: Transaction,
  namespace: TableNames,
  request: PageRequest,
  cursors: PageCursors,
  rememberedEnd: string | null,
): Page {
  checkRequest(request);
  const plan = planQuery(namespace, request.query);
  const fields = plan.source === null ? [] : rangeFields(plan.source.index);
  const fingerprint = queryFingerprint(request.query, fields);
  const from = request.cursor === null ? null : cursors.decode(request.cursor, fingerprint);
  const until = endOfPage(request.endCursor, rememberedEnd, cursors, fingerprint);
  if (from === "end") {
    const continueCursor = cursors.encode("end", fingerprint);
    return { documents: [], isDone: true, continueCursor, splitCursor: null, pageStatus: null };
  }
  const rows = readPage(transaction, between(plan, from, until), request, until);
  const middle = rows.keys.length > 2 ? rows.keys[(rows.keys.length - 1) >> 1] : undefined;
  const splitCursor = middle === undefined ? null : cursors.encode({ after: middle }, fingerprint);
  return {
    documents: rows.documents,
    isDone: rows.end === "end",
    continueCursor: cursors.encode(rows.end, fingerprint),
    splitCursor,
    // Clients hide a page that requires a split until they have split it: never ask for one that can't be made.
    pageStatus: rows.status === "SplitRequired" && splitCursor === null ? null : rows.status,
  };
}

function checkRequest({ pageSize, maximumRowsRead, maximumBytesRead }: PageRequest): void {
  if (pageSize === 0) {
    throw new DatabaseError("NoDocumentsForPagination", "Must request at least 1 document while paginating");
  }
  if (pageSize > MAX_PAGE_SIZE) {
    throw new DatabaseError("PageSizeTooLarge", `Requested too many items: ${pageSize}`);
  }
  if (maximumRowsRead === 0 || maximumBytesRead === 0) {
    throw new DatabaseError(
      "InvalidPaginationLimit",
      "maximumRowsRead and maximumBytesRead must be greater than 0",
    );
  }
}

function endOfPage(
  requested: string | null,
  remembered: string | null,
  cursors: PageCursors,
  fingerprint: Uint8Array,
): PagePosition | null {
  const end = requested ?? remembered;
  return end === null ? null : cursors.decode(end, fingerprint);
}

/** The part of the plan's range that lies behind one position and not behind the other. */
function between(plan: QueryPlan, from: PagePosition | null, until: PagePosition | null): QueryPlan {
  if (plan.source === null) return plan;
  let { start, end } = plan.source.range;
  const page = { after: keyOf(from), until: keyOf(until) };
  const ascending = plan.order === "asc";
  if (page.after !== null) {
    if (ascending) start = keySuccessor(page.after);
    else end = page.after;
  }
  if (page.until !== null) {
    if (ascending) end = keySuccessor(page.until);
    else start = page.until;
  }
  if (isEmpty({ start, end })) return { ...plan, source: null };
  return { ...plan, source: { ...plan.source, range: { start, end }, page } };
}

function keyOf(position: PagePosition | null): Uint8Array | null {
  return position === null || position === "end" ? null : position.after;
}

function isEmpty({ start, end }: KeyRange): boolean {
  return end !== null && compareBytes(start, end) >= 0;
}

interface PageRows {
  readonly documents: readonly string[];
  /** Keys of all rows read, filtered ones included. */
  readonly keys: readonly Uint8Array[];
  readonly end: PagePosition;
  readonly status: PageStatus;
}

function readPage(
  transaction: Transaction,
  plan: QueryPlan,
  request: PageRequest,
  until: PagePosition | null,
): PageRows {
  const { usage } = transaction;
  const maxRows = request.maximumRowsRead ?? Infinity;
  const maxBytes = request.maximumBytesRead ?? Infinity;
  const query = new QueryCursor(transaction, plan);
  const documents: string[] = [];
  const keys: Uint8Array[] = [];
  const isOver = (): boolean => query.rowsRead >= maxRows || query.bytesRead >= maxBytes;
  const isExempt = plan.source !== null && isSystemTable(plan.source.table);
  // A row more must fit, whatever its size.
  const isSpent = (): boolean =>
    !isExempt &&
    (usage.documentsRead >= usage.limits.documentsRead ||
      usage.bytesRead + MAX_DOCUMENT_BYTES > usage.limits.bytesRead);
  let end: PagePosition | null = null;
  let stopped = false;
  while (until !== null || documents.length < request.pageSize) {
    // The limits of the transaction stop a page early instead of failing it, but a page reads at least one row.
    stopped = query.rowsRead > 0 && (isSpent() || (until === null && isOver()));
    if (stopped) break;
    const row = query.step();
    if (row === null) {
      end = until ?? "end";
      break;
    }
    keys.push(query.lastKey as Uint8Array);
    if (row.passed) documents.push(row.json);
  }
  query.close();
  // With a fixed end the cursor stays there, also when the page is partial: it is split, not continued.
  end ??= until ?? { after: query.lastKey as Uint8Array };
  const { documentsRead, bytesRead } = DEFAULT_TRANSACTION_LIMITS;
  const isLarge =
    query.rowsRead > SPLIT_ABOVE * Math.min(maxRows, documentsRead) ||
    query.bytesRead > SPLIT_ABOVE * Math.min(maxBytes, bytesRead) ||
    documents.length > SPLIT_ABOVE_DOCUMENTS;
  const isRequired = stopped || (until !== null && isOver());
  return { documents, keys, end, status: isRequired ? "SplitRequired" : isLarge ? "SplitRecommended" : null };
}
