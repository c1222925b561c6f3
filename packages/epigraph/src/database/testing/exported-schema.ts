import { defineSchema, defineTable, type GenericSchema } from "convex/server";
import { v } from "convex/values";

/** What a schema module that exports these tables gives to a push. */
export function exported(tables: GenericSchema, options?: { readonly schemaValidation: boolean }): string {
  return (defineSchema(tables, options) as unknown as { export(): string }).export();
}

/** The SDK knows no fields of a table of anything, so it would refuse every index on one. */
interface OpenTable {
  index(name: string, fields: readonly string[] | object): GenericSchema[string] & OpenTable;
}

/** A table whose documents may be anything. */
export const anything = (): OpenTable & GenericSchema[string] =>
  defineTable(v.any()) as unknown as OpenTable & GenericSchema[string];
