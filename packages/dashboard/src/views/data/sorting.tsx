import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import type { TableInfo } from "../../data/system.ts";
import { Button } from "../../ui/basics.tsx";
import { fieldsOf, firstField } from "./fields.ts";

/** In which order documents come. */
export interface Sorting {
  /** Null: as the index has them that the filters use, else by their creation. */
  readonly index: string | null;
  readonly order: "asc" | "desc";
}

const NEWEST_FIRST: Sorting = { index: null, order: "desc" };

/** As it stands in an address; what names no index of the table is none. */
export function readSorting(text: string | null, table: TableInfo): Sorting {
  if (text === null) return NEWEST_FIRST;
  const order = text.startsWith("-") ? "desc" : "asc";
  const name = text.replace(/^-/, "");
  return { index: usable(table).some((index) => index.name === name) ? name : null, order };
}

export function writeSorting({ index, order }: Sorting): string | null {
  if (index === null && order === "desc") return null;
  return `${order === "desc" ? "-" : ""}${index ?? ""}`;
}

/** The index that has documents in the order of a field; null where none begins with it. */
export function indexFor(table: TableInfo, field: string): string | null {
  return usable(table).find(({ name, fields }) => firstField(name, fields) === field)?.name ?? null;
}

/** What has to be in the schema before documents can be sorted by a field. */
export function indexWanted(field: string): string {
  return `No index begins with "${field}", so the table can't be sorted by it. In the schema: .index("by_${field}", ["${field}"])`;
}

function usable({ indexes }: TableInfo): TableInfo["indexes"] {
  return indexes.filter(({ state, isStaged }) => state === "enabled" && !isStaged);
}

/** Chooses an index and a direction. */
export function SortControl({
  table,
  sorting,
  onChange,
}: {
  readonly table: TableInfo;
  readonly sorting: Sorting;
  readonly onChange: (sorting: Sorting) => void;
}): ReactNode {
  const { index, order } = sorting;
  const isUp = order === "asc";
  return (
    <>
      <select
        className="input auto"
        aria-label="Sort by"
        value={index ?? ""}
        onChange={(event) => onChange({ index: event.target.value || null, order })}
      >
        <option value="">as created, or as filtered</option>
        {usable(table).map(({ name, fields }) => (
          <option key={name} value={name}>
            {name === "by_id" || name === "by_creation_time" ? firstField(name, fields) : fields.join(", ")}
          </option>
        ))}
        {fieldsOf(table)
          .filter((field) => indexFor(table, field) === null)
          .map((field) => (
            <option key={`no index: ${field}`} disabled title={indexWanted(field)}>
              {field}: needs an index
            </option>
          ))}
      </select>
      <Button onClick={() => onChange({ index, order: isUp ? "desc" : "asc" })}>
        {isUp ? <ArrowUp size={15} aria-hidden /> : <ArrowDown size={15} aria-hidden />}
        {orderName(index, isUp)}
      </Button>
    </>
  );
}

function orderName(index: string | null, isUp: boolean): string {
  if (index === null || index === "by_creation_time") return isUp ? "Oldest first" : "Newest first";
  return isUp ? "Ascending" : "Descending";
}
