import { runDatabaseSyscall } from "../../database/syscalls.ts";
import { encodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import { decodeId } from "../../values/id.ts";
import type { Value } from "../../values/value.ts";
import {
  audit,
  listArgument,
  objectArgument,
  type SystemMutation,
  type SystemQueryContext,
  textArgument,
} from "./system-query.ts";

/** Adds one to a table that may be new: `{table, document}` → its id. */
export const addDocument: SystemMutation = {
  right: "WriteData",
  run(context, args) {
    const table = textArgument(args, "table");
    const { _id: id } = JSON.parse(
      write(context, "1.0/insert", { table, value: objectArgument(args, "document") }),
    ) as { readonly _id: string };
    audit(context, "add_documents", { table, document_ids: [id] });
    return encodeValueToString(id);
  },
};

/** `{id, document}`: fields that are not given are gone. → the document as it now is. */
export const replaceOne: SystemMutation = {
  right: "WriteData",
  run(context, args) {
    const id = textArgument(args, "id");
    const document = write(context, "1.0/replace", { id, value: objectArgument(args, "document") });
    audit(context, "update_documents", { table: tableOf(context, id), document_ids: [id] });
    return document;
  },
};

/** `{id, fields}` → the document as it now is. */
export const patchOne: SystemMutation = {
  right: "WriteData",
  run(context, args) {
    const id = textArgument(args, "id");
    const document = write(context, "1.0/shallowMerge", { id, value: objectArgument(args, "fields") });
    audit(context, "update_documents", { table: tableOf(context, id), document_ids: [id] });
    return document;
  },
};

/** `{ids}`: all of them or none. → null */
export const removeDocuments: SystemMutation = {
  right: "WriteData",
  run(context, args) {
    const byTable = new Map<string, string[]>();
    for (const id of listArgument(args, "ids")) {
      write(context, "1.0/remove", { id });
      const table = tableOf(context, id as string);
      byTable.set(table, [...(byTable.get(table) ?? []), id as string]);
    }
    for (const [table, ids] of byTable) audit(context, "delete_documents", { table, document_ids: ids });
    return "null";
  },
};

/** @param id of a document that was there. */
function tableOf({ transaction, component }: SystemQueryContext, id: string): string {
  const { tableNumber } = decodeId(id);
  return transaction.catalogue.namespace(component).tableByNumber(tableNumber)?.name ?? "";
}

function write(
  { transaction, queries }: SystemQueryContext,
  syscall: string,
  args: Readonly<Record<string, Value>>,
): string {
  const encoded = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, encodeValue(value)]));
  return runDatabaseSyscall(transaction, queries, syscall, encoded) as string;
}
