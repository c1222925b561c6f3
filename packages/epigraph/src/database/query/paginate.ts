import { compareBytes } from "../../values/compare.ts";
import { keySuccessor } from "../../values/index-key.ts";
import { DatabaseError } from "../database-error.ts";
import { type CursorCodec, type Position, queryFingerprint } from "./cursor-codec.ts";
import type { KeyInterval } from "./index-range.ts";
import { QueryCursor } from "./query-cursor.ts";
import type { QueryJson, QueryPlan } from "./query-plan.ts";
import type { ScanSpace } from "./range-scan.ts";

export interface PageRequest {
  readonly query: QueryJson;
  readonly cursor: string | null;
  readonly endCursor?: string | null;
  readonly pageSize: number;
  readonly maximumRowsRead?: number | null;
  readonly maximumBytesRead?: number | null;
}

const MAX_PAGE_SIZE = 32_000;
const MAX_BYTES = 16_777_216;
const RECOMMEND_SPLIT_ROWS = 6144;

/** One page of a query, as JSON text `{page, isDone, continueCursor, splitCursor, pageStatus}`. */
export function paginate(
  space: ScanSpace,
  plan: QueryPlan,
  request: PageRequest,
  cursors: CursorCodec,
): string {
  const { pageSize } = request;
  const maxRows = request.maximumRowsRead ?? null;
  const maxBytes = request.maximumBytesRead ?? null;
  if (pageSize === 0)
    throw new DatabaseError("NoDocumentsForPagination", "Must request at least 1 document while paginating");
  if (pageSize > MAX_PAGE_SIZE)
    throw new DatabaseError("PageSizeTooLarge", `Requested too many items: ${pageSize}`);
  if (maxRows === 0 || maxBytes === 0) {
    throw new DatabaseError(
      "InvalidPaginationLimit",
      "maximumRowsRead and maximumBytesRead must be greater than 0",
    );
  }
  const fingerprint = queryFingerprint(JSON.stringify(request.query), plan.target?.index.fields ?? []);
  const from = request.cursor === null ? null : cursors.decode(request.cursor, fingerprint);
  const to = typeof request.endCursor === "string" ? cursors.decode(request.endCursor, fingerprint) : null;
  if (from === "end") return pageText([], true, cursors.encode("end", fingerprint), null, null);
  const bounded = bound(plan, from, to);
  const cursor = new QueryCursor(space, bounded);
  const page: string[] = [];
  const keys: Uint8Array[] = [];
  cursor.onScanned = (key) => keys.push(key);
  let end: Position | null = to;
  let stoppedByLimit = false;
  for (;;) {
    if (to === null && page.length >= pageSize) break;
    if (
      to === null &&
      cursor.scanned > 0 &&
      ((maxRows !== null && cursor.scanned >= maxRows) ||
        (maxBytes !== null && cursor.scannedBytes >= maxBytes))
    ) {
      stoppedByLimit = true;
      break;
    }
    const row = cursor.next(to === null ? maxRows : null);
    if (row === "limit") {
      stoppedByLimit = true;
      break;
    }
    if (row === null) {
      end ??= "end";
      break;
    }
    page.push(row.json);
  }
  end ??= cursor.lastKey === null ? "end" : { after: cursor.lastKey };
  const split = cursor.scanned > 2 ? keys[Math.floor((keys.length - 1) / 2)] : undefined;
  const splitCursor = split === undefined ? null : cursors.encode({ after: split }, fingerprint);
  const crowded =
    cursor.scanned > 0.75 * Math.min(maxRows ?? MAX_PAGE_SIZE, MAX_PAGE_SIZE) ||
    cursor.scannedBytes > 0.75 * Math.min(maxBytes ?? MAX_BYTES, MAX_BYTES) ||
    page.length > RECOMMEND_SPLIT_ROWS;
  // Clients hide a page that requires a split until they have split it: never ask for one that can't be made.
  const status = stoppedByLimit
    ? splitCursor === null
      ? null
      : "SplitRequired"
    : crowded
      ? "SplitRecommended"
      : null;
  return pageText(page, end === "end", cursors.encode(end, fingerprint), splitCursor, status);
}

function bound(plan: QueryPlan, from: Position | null, to: Position | null): QueryPlan {
  if (plan.target === null) return plan;
  const { interval } = plan.target;
  let { start, end }: KeyInterval = interval;
  const ascending = plan.order === "asc";
  if (from !== null && from !== "end") {
    if (ascending) start = latest(start, keySuccessor(from.after));
    else end = earliest(end, from.after);
  }
  if (to !== null && to !== "end") {
    if (ascending) end = earliest(end, keySuccessor(to.after));
    else start = latest(start, to.after);
  }
  return { ...plan, target: { ...plan.target, interval: { start, end } } };
}

function latest(a: Uint8Array, b: Uint8Array): Uint8Array {
  return compareBytes(a, b) >= 0 ? a : b;
}

function earliest(a: Uint8Array | null, b: Uint8Array): Uint8Array {
  return a !== null && compareBytes(a, b) <= 0 ? a : b;
}

function pageText(
  page: readonly string[],
  isDone: boolean,
  cursor: string,
  split: string | null,
  status: string | null,
): string {
  return `{"page":[${page.join(",")}],"isDone":${isDone},"continueCursor":${JSON.stringify(cursor)},"splitCursor":${JSON.stringify(split)},"pageStatus":${JSON.stringify(status)}}`;
}
