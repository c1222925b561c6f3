import { runDatabaseSyscall } from "../../database/syscalls.ts";
import { encodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import type { Value } from "../../values/value.ts";
import {
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
    const { _id: id } = JSON.parse(
      write(context, "1.0/insert", {
        table: textArgument(args, "table"),
        value: objectArgument(args, "document"),
      }),
    ) as { readonly _id: string };
    return encodeValueToString(id);
  },
};

/** `{id, document}`: fields that are not given are gone. → the document as it now is. */
export const replaceOne: SystemMutation = {
  right: "WriteData",
  run: (context, args) =>
    write(context, "1.0/replace", {
      id: textArgument(args, "id"),
      value: objectArgument(args, "document"),
    }),
};

/** `{id, fields}` → the document as it now is. */
export const patchOne: SystemMutation = {
  right: "WriteData",
  run: (context, args) =>
    write(context, "1.0/shallowMerge", {
      id: textArgument(args, "id"),
      value: objectArgument(args, "fields"),
    }),
};

/** `{ids}`: all of them or none. → null */
export const removeDocuments: SystemMutation = {
  right: "WriteData",
  run(context, args) {
    for (const id of listArgument(args, "ids")) write(context, "1.0/remove", { id });
    return "null";
  },
};

function write(
  { transaction, queries }: SystemQueryContext,
  syscall: string,
  args: Readonly<Record<string, Value>>,
): string {
  const encoded = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, encodeValue(value)]));
  return runDatabaseSyscall(transaction, queries, syscall, encoded) as string;
}
