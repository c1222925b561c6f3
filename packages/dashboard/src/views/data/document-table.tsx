import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useCallback, useEffect, useMemo, useRef } from "react";
import type { Document, TableInfo } from "../../data/system.ts";
import { formatDate } from "../../ui/format.ts";
import { showShort } from "../../ui/values.ts";
import { indexFor, indexWanted, type Sorting } from "./sorting.tsx";

const ROW_PX = 35;
const MAX_COLUMNS = 40;

export function DocumentTable({
  table,
  sorting,
  onSort,
  documents,
  selected,
  onSelect,
  onOpen,
  canLoadMore,
  isLoadingMore,
  onMore,
}: {
  readonly table: TableInfo;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly documents: readonly Document[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly onOpen: (id: string) => void;
  readonly canLoadMore: boolean;
  readonly isLoadingMore: boolean;
  readonly onMore: () => void;
}): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const names = useMemo(() => JSON.stringify(columnsOf(documents)), [documents]);
  // The same list while the names are the same, however many documents come.
  const columns = useMemo(() => JSON.parse(names) as readonly string[], [names]);
  const virtual = useVirtualizer({
    count: documents.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (canLoadMore && last >= documents.length - 1) onMore();
  }, [canLoadMore, last, documents.length, onMore]);
  const toggle = useCallback(
    (id: string) => {
      const next = new Set(selected);
      if (!next.delete(id)) next.add(id);
      onSelect(next);
    },
    [selected, onSelect],
  );
  return (
    <div
      className="scroll sheet"
      ref={scroller}
      role="grid"
      aria-rowcount={documents.length}
      aria-label="Documents"
    >
      <div className="head" role="row">
        <div className="cell check" role="columnheader">
          <span className="visually-hidden">Selected</span>
        </div>
        {columns.map((name) => (
          <ColumnHead key={name} name={name} table={table} sorting={sorting} onSort={onSort} />
        ))}
      </div>
      <div className="inner" style={{ height: virtual.getTotalSize() }} role="rowgroup">
        {items.map(({ index, start }) => {
          const document = documents[index] as Document;
          return (
            <DocumentRow
              key={document._id}
              index={index}
              start={start}
              document={document}
              columns={columns}
              isSelected={selected.has(document._id)}
              onToggle={toggle}
              onOpen={onOpen}
            />
          );
        })}
      </div>
      {isLoadingMore && <p className="empty pulse">Loading more…</p>}
    </div>
  );
}

/** Drawn again only where something of it has changed: whoever scrolls draws what comes into sight. */
const DocumentRow = memo(function DocumentRow({
  index,
  start,
  document,
  columns,
  isSelected,
  onToggle,
  onOpen,
}: {
  readonly index: number;
  /** In pixels from the first. */
  readonly start: number;
  readonly document: Document;
  readonly columns: readonly string[];
  readonly isSelected: boolean;
  readonly onToggle: (id: string) => void;
  readonly onOpen: (id: string) => void;
}): ReactNode {
  return (
    <div
      className="line"
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isSelected}
      style={{ transform: `translateY(${start}px)` }}
    >
      <div className="cell check" role="gridcell">
        <input
          type="checkbox"
          aria-label={`Select ${document._id}`}
          checked={isSelected}
          onChange={() => onToggle(document._id)}
        />
      </div>
      {columns.map((name) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the id of each document is a button that does the same.
        <div
          key={name}
          className={`cell ${name === "_id" ? "id" : ""}`}
          role="gridcell"
          tabIndex={-1}
          onClick={() => onOpen(document._id)}
        >
          {name === "_id" ? (
            <button type="button" className="linkish" onClick={() => onOpen(document._id)}>
              {document._id}
            </button>
          ) : (
            <span className={document[name] === undefined ? "muted" : ""}>
              {name === "_creationTime" ? formatDate(document._creationTime) : showShort(document[name])}
            </span>
          )}
        </div>
      ))}
    </div>
  );
});

/** Sorts by its field, where an index has documents in that order. */
function ColumnHead({
  name,
  table,
  sorting,
  onSort,
}: {
  readonly name: string;
  readonly table: TableInfo;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
}): ReactNode {
  const index = indexFor(table, name);
  const isSorted = index !== null && sorting.index === index;
  const isUp = sorting.order === "asc";
  return (
    <div
      className={`cell ${name === "_id" ? "id" : ""}`}
      role="columnheader"
      aria-sort={isSorted ? (isUp ? "ascending" : "descending") : "none"}
    >
      {index === null ? (
        <span title={indexWanted(name)}>{name}</span>
      ) : (
        <button
          type="button"
          className="linkish"
          onClick={() => onSort({ index, order: isSorted && isUp ? "desc" : "asc" })}
        >
          {name}
          {isSorted ? (isUp ? " ↑" : " ↓") : ""}
        </button>
      )}
    </div>
  );
}

/** The id first, then the fields in the order they are met, then the time. */
function columnsOf(documents: readonly Document[]): readonly string[] {
  const names = new Set<string>();
  for (const document of documents) {
    for (const name of Object.keys(document)) {
      if (name !== "_id" && name !== "_creationTime") names.add(name);
    }
    if (names.size >= MAX_COLUMNS) break;
  }
  return ["_id", ...[...names].slice(0, MAX_COLUMNS), "_creationTime"];
}
