import { estimateTable } from "../../database/documents/estimate-table.ts";
import { runDatabaseSyscall } from "../../database/syscalls.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { nanosecondsFromTicks } from "../../store/ticks.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import { objectArgument, type SystemQuery, textArgument, WHOLE_INDEX } from "./system-query.ts";

/** The app's own tables, all on one page. */
export const listTables: SystemQuery = {
  right: "ViewData",
  run({ transaction, component }) {
    const names = Array.from(transaction.catalogue.namespace(component).tables, ({ name }) => name).sort();
    return encodeValueToString({
      page: names.map((name) => ({ name })),
      isDone: true,
      continueCursor: "end",
    });
  },
};

/** A page of documents, also of the system tables that apps may read. */
export const readTable: SystemQuery = {
  right: "ViewData",
  run({ transaction, queries }, args) {
    const table = textArgument(args, "table");
    const { cursor = null, numItems = 0 } = objectArgument(args, "paginationOpts");
    const order = args["order"] === "asc" ? "asc" : "desc";
    const query = { source: { type: "FullTableScan", tableName: table, order }, operators: [] };
    const page = runDatabaseSyscall(transaction, queries, "1.0/queryPage", {
      query,
      cursor: cursor as string | null,
      pageSize: numItems as number,
    });
    return page as string;
  },
};

/** Number of documents; of a large table about. */
export const tableSize: SystemQuery = {
  right: "ViewData",
  run({ transaction, component }, args) {
    const table = transaction.catalogue.namespace(component).table(textArgument(args, "tableName"));
    if (table === null) return "0";
    dependOnTable(transaction, component, table.name);
    return String(estimateTable(transaction.snapshot, table).documents);
  },
};

/** Something that changes with every change of a table, for those who wait for one. */
export const watchTable: SystemQuery = {
  right: "ViewData",
  run({ transaction, component }, args) {
    dependOnTable(transaction, component, textArgument(args, "tableName"));
    return encodeValueToString(nanosecondsFromTicks(transaction.snapshotTs));
  },
};

function dependOnTable(transaction: Transaction, component: string, name: string): void {
  const table = transaction.catalogue.namespace(component).table(name);
  if (table !== null) transaction.addReadRange(table.byId, WHOLE_INDEX);
}
