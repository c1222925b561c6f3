import type { Transaction } from "../../database/transaction/transaction.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";

const ROOT = "";

/** @throws EpigraphError `TableNotFound` unless the app has a table of that name. */
export function checkTable({ catalogue }: Transaction, name: string): void {
  if (catalogue.namespace(ROOT).table(name) !== null) return;
  throw new EpigraphError("TableNotFound", `There is no table "${name}"`);
}
