import { nanosecondsFromTicks } from "../store/ticks.ts";
import { encodeValueToString } from "../values/encoded-json.ts";
import type { JSONValue } from "../values/value.ts";
import { DatabaseError, invalidArgument } from "./database-error.ts";
import { countDocuments } from "./documents/count-documents.ts";
import { getDocument, normalizeId } from "./documents/read-document.ts";
import {
  deleteDocument,
  insertDocument,
  patchDocument,
  replaceDocument,
} from "./documents/write-document.ts";
import type { FunctionQueries } from "./query/function-queries.ts";
import type { Page } from "./query/paginate.ts";
import type { Transaction } from "./transaction/transaction.ts";

/** The argument of a syscall, parsed and otherwise unchecked. */
export type SyscallArguments = Readonly<Record<string, JSONValue>>;

type Syscall = (transaction: Transaction, queries: FunctionQueries, args: SyscallArguments) => string;

/**
 * Runs one of the calls that app code makes through `ctx.db`.
 * @returns its result as JSON text; undefined when the name is none of ours, or writes in a query.
 * @throws DatabaseError or ValueError for what app code did wrong, StoreError from below.
 */
export function runDatabaseSyscall(
  transaction: Transaction,
  queries: FunctionQueries,
  name: string,
  args: SyscallArguments,
): string | undefined {
  const syscall = readSyscalls.get(name) ?? (queries.writable ? writeSyscalls.get(name) : undefined);
  return syscall?.(transaction, queries, args);
}

/**
 * The answers that a call for the next row of a query would get after the one it got, as far as they are at hand and
 * as long as nothing else happens. Whoever takes some says so with `FunctionQueries.take`.
 */
export function readAhead(queries: FunctionQueries, name: string, args: SyscallArguments): readonly string[] {
  return name === NEXT_ROW ? queries.readAhead(args["queryId"]).map(nextAnswer) : [];
}

const NEXT_ROW = "1.0/queryStreamNext";

const readSyscalls: ReadonlyMap<string, Syscall> = new Map<string, Syscall>([
  [
    "1.0/get",
    (transaction, queries, args) =>
      getDocument(
        transaction,
        queries.namespace(transaction),
        args["id"],
        optionalText(args, "table", "db.get"),
        args["isSystem"] === true,
      ) ?? "null",
  ],
  [
    "1.0/queryStream",
    (transaction, queries, args) => `{"queryId":${queries.open(transaction, args["query"])}}`,
  ],
  [NEXT_ROW, (_transaction, queries, args) => nextAnswer(queries.next(args["queryId"]))],
  ["1.0/queryCleanup", (_transaction, queries, args) => String(queries.close(args["queryId"]))],
  ["1.0/queryPage", queryPage],
  [
    "1.0/count",
    (transaction, queries, args) =>
      String(countDocuments(transaction, queries.namespace(transaction), text(args, "table", "db.query"))),
  ],
  [
    "1.0/db/normalizeId",
    (transaction, queries, args) => {
      const table = text(args, "table", "db.normalizeId");
      const id = normalizeId(queries.namespace(transaction), table, text(args, "idString", "db.normalizeId"));
      return id === null ? '{"id":null}' : `{"id":"${id}"}`;
    },
  ],
  ["1.0/getSnapshotTs", (transaction) => encodeValueToString(nanosecondsFromTicks(transaction.snapshotTs))],
  ["1.0/getTransactionMetrics", (transaction) => JSON.stringify(transaction.metrics())],
]);

const writeSyscalls: ReadonlyMap<string, Syscall> = new Map<string, Syscall>([
  [
    "1.0/insert",
    (transaction, queries, args) =>
      `{"_id":"${insertDocument(transaction, queries.component, args["table"], args["value"])}"}`,
  ],
  [
    "1.0/shallowMerge",
    (transaction, queries, args) =>
      patchDocument(
        transaction,
        queries.namespace(transaction),
        args["id"],
        optionalText(args, "table", "db.patch"),
        args["value"],
      ),
  ],
  [
    "1.0/replace",
    (transaction, queries, args) =>
      replaceDocument(
        transaction,
        queries.namespace(transaction),
        args["id"],
        optionalText(args, "table", "db.replace"),
        args["value"],
      ),
  ],
  [
    "1.0/remove",
    (transaction, queries, args) =>
      deleteDocument(
        transaction,
        queries.namespace(transaction),
        args["id"],
        optionalText(args, "table", "db.delete"),
      ),
  ],
]);

function nextAnswer(json: string | null): string {
  return json === null ? '{"value":null,"done":true}' : `{"value":${json},"done":false}`;
}

function queryPage(transaction: Transaction, queries: FunctionQueries, args: SyscallArguments): string {
  const page = queries.paginate(transaction, {
    query: args["query"],
    cursor: optionalText(args, "cursor", "paginate") ?? null,
    endCursor: optionalText(args, "endCursor", "paginate") ?? null,
    pageSize: optionalCount(args, "pageSize") ?? missing("pageSize", "paginate"),
    maximumRowsRead: optionalCount(args, "maximumRowsRead"),
    maximumBytesRead: optionalCount(args, "maximumBytesRead"),
  });
  return pageText(page);
}

/** Cursors are base64url: no escaping is needed. */
function pageText({ documents, isDone, continueCursor, splitCursor, pageStatus }: Page): string {
  const quote = (value: string | null): string => (value === null ? "null" : `"${value}"`);
  return `{"page":[${documents.join(",")}],"isDone":${isDone},"continueCursor":"${continueCursor}","splitCursor":${quote(splitCursor)},"pageStatus":${quote(pageStatus)}}`;
}

function text(args: SyscallArguments, name: string, operation: string): string {
  return optionalText(args, name, operation) ?? missing(name, operation);
}

function optionalText(args: SyscallArguments, name: string, operation: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw invalidArgument(name, operation, "expected a string");
  return value;
}

function optionalCount(args: SyscallArguments, name: string): number | null {
  const value = args[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" || value < 0) {
    throw invalidArgument(name, "paginate", "expected a number that is not negative");
  }
  return value;
}

function missing(name: string, operation: string): never {
  throw new DatabaseError(
    "InvalidArgument",
    `Invalid arguments for \`${operation}\`: Missing required argument '${name}'`,
  );
}
