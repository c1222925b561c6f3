import { askSystem, findConnection, type Target } from "./connection.ts";
import type { CliIo } from "./io.ts";

export interface DataOptions {
  readonly target: Target;
  /** Null lists the tables. */
  readonly table: string | null;
  readonly limit: number;
  readonly order: "asc" | "desc";
  readonly isJson: boolean;
}

type Row = Readonly<Record<string, unknown>>;

/** Characters of a value that are shown in a column. */
const SHOWN = 40;
const MANY = 10_000;

/** Lists tables, or documents of one by creation time. @throws CommandError */
export async function runData(
  { target, table, limit, order, isJson }: DataOptions,
  io: CliIo,
): Promise<number> {
  const connection = findConnection(target, io);
  const page = async (path: string, args: object, numItems: number): Promise<readonly Row[]> => {
    const paginationOpts = { cursor: null, numItems };
    const found = await askSystem(connection, path, { ...args, paginationOpts }, io.signal);
    return (found as { readonly page: readonly Row[] }).page;
  };
  if (table === null) {
    const tables = (await page("_system/cli/tables:default", {}, MANY)).map(({ name }) => String(name));
    if (isJson) io.stdout(`${JSON.stringify(tables)}\n`);
    else if (tables.length === 0) io.stderr("There are no tables in this deployment.\n");
    else io.stdout(tables.map((name) => `${name}\n`).join(""));
    return 0;
  }
  // One more than is shown tells whether there are more.
  const rows = await page("_system/cli/tableData:default", { table, order }, limit + 1);
  const shown = rows.slice(0, limit);
  if (isJson) {
    io.stdout(shown.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return 0;
  }
  if (rows.length === 0) io.stderr(`The table "${table}" is empty.\n`);
  else io.stdout(formatTable(shown));
  if (rows.length > limit) io.stderr(`There are more: --limit ${limit * 2} shows more of them.\n`);
  return 0;
}

/** Columns under the names of fields: those of the system first. */
function formatTable(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].sort(
    (a, b) => Number(b.startsWith("_id")) - Number(a.startsWith("_id")) || (a < b ? -1 : 1),
  );
  const cells = [names, ...rows.map((row) => names.map((name) => formatCell(row[name])))];
  const widths = names.map((_, column) => Math.max(...cells.map((row) => (row[column] as string).length)));
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] as number))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

function formatCell(value: unknown): string {
  if (value === undefined) return "";
  const text = JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
