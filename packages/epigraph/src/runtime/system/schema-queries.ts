import type { Table } from "../../database/catalogue/table.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import type { Value } from "../../values/value.ts";
import type { SystemQuery } from "./system-query.ts";
import { dependOnSystemTable } from "./system-query.ts";

/**
 * Every table of the app, by name: `{name, isDeclared, validator, indexes: [{name, fields, state, isStaged}]}`, the
 * validator as JSON text, null where the schema says nothing of the table. Tables that the schema names and that have no
 * document yet are among them.
 */
export const describeTables: SystemQuery = {
  right: "ViewData",
  run({ transaction, component }) {
    dependOnSystemTable(transaction, "_schemas");
    const namespace = transaction.catalogue.namespace(component);
    const declared = namespace.activeSchema?.schema.tables ?? new Map();
    const names = new Set([...Array.from(namespace.tables, ({ name }) => name), ...declared.keys()]);
    const tables = [...names].sort().map((name): Value => {
      const table = namespace.table(name);
      const schema = declared.get(name);
      return {
        name,
        isDeclared: schema !== undefined,
        validator: schema === undefined ? null : JSON.stringify(schema.documentType),
        indexes: table === null ? [] : indexesOf(table),
      };
    });
    return encodeValueToString(tables);
  },
};

function indexesOf({ indexes }: Table): Value[] {
  return indexes.map(({ name, fields, state, staged }) => ({
    name,
    fields: [...fields],
    state,
    isStaged: staged,
  }));
}
