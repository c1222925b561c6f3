import { useMutation, usePaginatedQuery, useQuery } from "convex/react";
import { Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type Condition, system, type TableInfo } from "../../data/system.ts";
import { Button, Empty, Loading } from "../../ui/basics.tsx";
import { Confirm, Dialog } from "../../ui/dialog.tsx";
import { GuardedButton } from "../../ui/guarded.tsx";
import { useParam } from "../../ui/search.ts";
import { parseValue, showValue } from "../../ui/values.ts";
import { exampleOf, parseValidator, showValidator } from "../functions/validator.ts";
import { DocumentEditor } from "./document-editor.tsx";
import { DocumentTable } from "./document-table.tsx";
import { Filters } from "./filters.tsx";
import { readSorting, SortControl, type Sorting, writeSorting } from "./sorting.tsx";
import { TableActions } from "./table-actions.tsx";

const PAGE = 100;

export function TableView({
  table,
  onOpen,
}: {
  readonly table: TableInfo;
  readonly onOpen: (id: string) => void;
}): ReactNode {
  const [filterText, setFilterText] = useParam("filter");
  const [sortText, setSortText] = useParam("sort");
  const sorting = readSorting(sortText, table);
  const setSorting = (next: Sorting): void => setSortText(writeSorting(next));
  const conditions = readConditions(filterText);
  const { results, status, loadMore } = usePaginatedQuery(
    system.page as never,
    { table: table.name, filters: conditions, sort: sorting.index, order: sorting.order } as never,
    { initialNumItems: PAGE },
  );
  const size = useQuery(system.tableSize, { tableName: table.name });
  const remove = useMutation(system.removeDocuments);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<"add" | "remove" | "schema" | null>(null);
  const add = useMutation(system.addDocument);
  const close = (): void => setOpen(null);
  return (
    <>
      <div className="toolbar">
        <h1 className="mono">{table.name}</h1>
        <span className="muted count">{size === undefined ? "" : `${size.toLocaleString()} documents`}</span>
        <span className="spacer" />
        {selected.size > 0 && (
          <GuardedButton needs="WriteData" look="danger" onClick={() => setOpen("remove")}>
            <Trash2 size={15} aria-hidden /> Delete {selected.size}
          </GuardedButton>
        )}
        <SortControl table={table} sorting={sorting} onChange={setSorting} />
        <Button onClick={() => setOpen("schema")}>Schema</Button>
        <TableActions table={table.name} />
        <GuardedButton needs="WriteData" look="primary" onClick={() => setOpen("add")}>
          <Plus size={15} aria-hidden /> Add
        </GuardedButton>
      </div>
      <Filters
        table={table}
        conditions={conditions}
        sort={sorting.index}
        onChange={(next) => setFilterText(next.length === 0 ? null : showValue(next as never, 0))}
      />
      {status === "LoadingFirstPage" ? (
        <Loading what="documents" />
      ) : results.length === 0 && status === "Exhausted" ? (
        <Empty title={conditions.length === 0 ? "No documents" : "No document matches"}>
          <p>
            {conditions.length === 0
              ? "Add one here, or insert one from a mutation; it appears at once."
              : "Change or remove a filter."}
          </p>
        </Empty>
      ) : (
        <DocumentTable
          table={table}
          sorting={sorting}
          onSort={setSorting}
          documents={results}
          selected={selected}
          onSelect={setSelected}
          onOpen={onOpen}
          canLoadMore={status === "CanLoadMore"}
          isLoadingMore={status === "LoadingMore"}
          onMore={() => loadMore(PAGE)}
        />
      )}
      {open === "add" && (
        <Dialog title={`Add to ${table.name}`} onClose={close}>
          <DocumentEditor
            text={JSON.stringify(exampleOf(parseValidator(table.validator)) ?? {}, null, 2)}
            action="Add"
            save={async (document) => {
              await add({ table: table.name, document });
              close();
            }}
          />
        </Dialog>
      )}
      {open === "remove" && (
        <Confirm
          title={`Delete ${selected.size} document${selected.size === 1 ? "" : "s"}?`}
          action="Delete"
          run={async () => {
            await remove({ ids: [...selected] });
            setSelected(new Set());
          }}
          onClose={close}
        >
          They are removed from <code>{table.name}</code>, all of them or none. This can't be taken back.
        </Confirm>
      )}
      {open === "schema" && (
        <Dialog title={`Schema of ${table.name}`} onClose={close}>
          <TableSchema table={table} />
        </Dialog>
      )}
    </>
  );
}

function TableSchema({ table }: { readonly table: TableInfo }): ReactNode {
  return (
    <>
      <h3>Documents</h3>
      <pre className="code">
        {table.validator === null
          ? "The schema says nothing of this table: any document may be in it."
          : showValidator(parseValidator(table.validator))}
      </pre>
      <h3>Indexes</h3>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th>Name</th>
              <th>Fields</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            {table.indexes.map(({ name, fields, state, isStaged }) => (
              <tr key={name}>
                <td className="mono">{name}</td>
                <td className="mono">{fields.join(", ") || "–"}</td>
                <td>
                  <span className={`badge ${state === "enabled" ? "good" : "warn"}`}>
                    {isStaged ? "staged" : state}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** What an address says is not to be believed: what is no filter is none. */
function readConditions(text: string | null): Condition[] {
  if (text === null) return [];
  try {
    const value = parseValue(text);
    return Array.isArray(value) ? (value as unknown as Condition[]) : [];
  } catch {
    return [];
  }
}
