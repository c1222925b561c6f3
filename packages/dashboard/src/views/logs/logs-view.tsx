import { useVirtualizer } from "@tanstack/react-virtual";
import { Pause, Play, Trash2 } from "lucide-react";
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import { type LogRow, useLogs } from "../../data/log-store.ts";
import { Button, Empty, ErrorNotice, KindBadge } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatDuration, formatTime } from "../../ui/format.ts";
import { useParam } from "../../ui/search.ts";
import { RequestLog } from "./request-log.tsx";
import { readSpan, TimeFilter, type TimeSpan } from "./time-filter.tsx";

const ROW_PX = 28;
const NEAR_END_PX = 60;
const KINDS = ["Query", "Mutation", "Action", "HttpAction"];
const LEVELS = ["DEBUG", "INFO", "LOG", "WARN", "ERROR"];

export default function LogsView(): ReactNode {
  const { logs } = useAdmin();
  const live = useLogs(logs);
  const [paused, setPaused] = useState<readonly LogRow[] | null>(null);
  const [kind, setKind] = useParam("kind");
  const [level, setLevel] = useParam("level");
  const [status, setStatus] = useParam("status");
  const [text, setText] = useParam("text");
  const [time, setTime] = useParam("time");
  const [from, setFrom] = useParam("from");
  const [until, setUntil] = useParam("until");
  const [request, setRequest] = useParam("request");
  const wanted = useDeferredValue(text ?? "").toLowerCase();
  const all = paused ?? live.rows;
  const rows = useMemo(() => {
    const span = readSpan(time, from, until, Date.now());
    return all.filter((row) => isWanted(row, { kind, level, status, span, text: wanted }));
  }, [all, kind, level, status, time, from, until, wanted]);
  const isFiltered = kind !== null || level !== null || status !== null || time !== null || wanted !== "";
  return (
    <div className="view flush">
      <h1 className="visually-hidden">Logs</h1>
      <div className="toolbar">
        <input
          className="input grow"
          type="search"
          placeholder="Function, text or request id"
          aria-label="Search the log"
          value={text ?? ""}
          onChange={(event) => setText(event.target.value)}
        />
        <Choice label="Kind" value={kind} options={KINDS} onChange={setKind} />
        <Choice label="Level" value={level} options={LEVELS} onChange={setLevel} />
        <Choice label="Status" value={status} options={["success", "failure"]} onChange={setStatus} />
        <TimeFilter
          wish={time}
          from={from}
          until={until}
          onWish={setTime}
          onFrom={setFrom}
          onUntil={setUntil}
        />
        <Button onClick={() => setPaused(paused === null ? live.rows : null)} aria-pressed={paused !== null}>
          {paused === null ? <Pause size={15} aria-hidden /> : <Play size={15} aria-hidden />}
          {paused === null ? "Pause" : "Resume"}
        </Button>
        <Button look="icon" aria-label="Clear what is shown" onClick={() => logs.clear()}>
          <Trash2 size={15} aria-hidden />
        </Button>
      </div>
      <ErrorNotice error={live.failure} />
      {rows.length === 0 ? (
        <Empty title={isFiltered ? "Nothing matches" : "Nothing has run yet"}>
          <p>
            {isFiltered
              ? `${all.length} lines are there that the filters leave out.`
              : "Call a function, or print something: what it prints and how it ends appears here."}
          </p>
          {!isFiltered && <pre className="code">{`console.log("hello", { from: "a function" });`}</pre>}
        </Empty>
      ) : (
        <Lines rows={rows} current={request} onOpen={(row) => setRequest(row.entry.requestId)} />
      )}
      <span className="visually-hidden" role="status">
        {rows.length} lines
      </span>
      {request !== null && (
        <Dialog title="Request" look="side-sheet" onClose={() => setRequest(null)}>
          <RequestLog requestId={request} rows={live.rows} />
        </Dialog>
      )}
    </div>
  );
}

interface Filter {
  readonly kind: string | null;
  readonly level: string | null;
  readonly status: string | null;
  readonly span: TimeSpan | null;
  /** In lower case. */
  readonly text: string;
}

function isWanted({ entry, line, timeMs }: LogRow, filter: Filter): boolean {
  const { kind, level, status, span, text } = filter;
  if (span !== null && (timeMs < span.fromMs || timeMs > span.untilMs)) return false;
  if (kind !== null && entry.udfType !== kind) return false;
  if (level !== null && line?.level !== level) return false;
  if (status !== null && (line !== null || (entry.error == null) !== (status === "success"))) return false;
  if (text === "") return true;
  const content = line === null ? (entry.error ?? "") : line.messages.join(" ");
  return `${entry.identifier} ${entry.requestId} ${content}`.toLowerCase().includes(text);
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string | null;
  readonly options: readonly string[];
  readonly onChange: (value: string | null) => void;
}): ReactNode {
  return (
    <select
      className="input auto"
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{label}: any</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {option === "HttpAction" ? "http" : option.toLowerCase()}
        </option>
      ))}
    </select>
  );
}

function Lines({
  rows,
  current,
  onOpen,
}: {
  readonly rows: readonly LogRow[];
  readonly current: string | null;
  readonly onOpen: (row: LogRow) => void;
}): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  /** Whoever has scrolled up wants to read, and not to be moved. */
  const isAtEnd = useRef(true);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  useEffect(() => {
    if (isAtEnd.current) virtual.scrollToIndex(rows.length - 1, { align: "end" });
  }, [rows, virtual]);
  return (
    <div
      className="scroll"
      ref={scroller}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
      }}
    >
      <div className="inner" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index] as LogRow;
          return (
            <button
              key={row.id}
              type="button"
              className={`log ${row.line?.level ?? (row.entry.error == null ? "" : "ERROR")}`}
              style={{ transform: `translateY(${start}px)` }}
              aria-current={row.entry.requestId === current}
              onClick={() => onOpen(row)}
            >
              <span className="muted">{formatTime(row.timeMs)}</span>
              <span>
                <State row={row} />
              </span>
              <span className="fn">{row.entry.identifier}</span>
              <span>{textOf(row)}</span>
            </button>
          );
        })}
      </div>
    </div>
  );
}

function State({ row: { entry, line } }: { readonly row: LogRow }): ReactNode {
  if (line !== null) return <span className="badge">{line.level.toLowerCase()}</span>;
  return <KindBadge kind={entry.udfType} />;
}

function textOf({ entry, line }: LogRow): string {
  if (line !== null) return line.messages.join(" ");
  const took = formatDuration((entry.executionTime ?? 0) * 1000);
  if (entry.error != null) return `failed after ${took}: ${entry.error.split("\n", 1)[0]}`;
  return entry.success == null ? `ended after ${took}` : `${entry.success.status} after ${took}`;
}
