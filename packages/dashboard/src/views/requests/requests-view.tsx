import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { Button, Empty, ErrorNotice, Loading } from "../../ui/basics.tsx";
import { formatDuration, formatTime } from "../../ui/format.ts";
import { useParam } from "../../ui/search.ts";
import { Compare } from "./compare.tsx";
import { saveHar } from "./har.ts";
import { RequestDetail } from "./request-detail.tsx";
import { useRequests } from "./use-requests.ts";

export default function RequestsView(): ReactNode {
  const { answer, api, error } = useRequests();
  const [id, setId] = useParam("id");
  const [other, setOther] = useParam("with");
  const [search, setSearch] = useParam("text");
  if (answer === null) return error === null ? <Loading what="requests" /> : <ErrorNotice error={error} />;
  if (!answer.isOn) {
    return (
      <Empty title="Requests are not recorded here">
        <p>
          <code>epigraph dev</code> records all of them, <code>epigraph serve</code> the share that it is
          told: <code>--record-requests 0.1</code> is one in ten.
        </p>
      </Empty>
    );
  }
  const wanted = (search ?? "").toLowerCase();
  const shown = answer.requests.filter(({ method, url, status, requestId }) =>
    `${method} ${url} ${status} ${requestId}`.toLowerCase().includes(wanted),
  );
  if (answer.requests.length === 0) {
    return (
      <Empty title="No requests yet">
        <p>Whatever is sent to an HTTP action is recorded here, with what came of it.</p>
        <pre className="code">{`curl ${location.origin}/http/`}</pre>
      </Empty>
    );
  }
  const current = Number(id ?? shown[0]?.id ?? 0);
  return (
    <div className="split">
      <nav className="list" aria-label="Requests">
        <div className="row">
          <input
            className="input"
            type="search"
            placeholder="Method, path or status"
            aria-label="Search requests"
            value={search ?? ""}
            onChange={(event) => setSearch(event.target.value)}
          />
          <Button
            look="icon"
            aria-label="Save all as HAR"
            onClick={() =>
              void saveHar(
                api,
                shown.map((request) => request.id),
              )
            }
          >
            <Download size={15} aria-hidden />
          </Button>
        </div>
        {shown.map((request) => (
          <button
            key={request.id}
            type="button"
            className="item request"
            aria-current={request.id === current}
            onClick={() => setId(String(request.id))}
          >
            <span className={`badge ${lookOf(request.status)}`}>{request.status ?? "…"}</span>
            <span className="grow">
              <span className="mono ellipsis block">
                {request.method} {pathOf(request.url)}
              </span>
              <span className="muted small block">
                {formatTime(request.startMs)}
                {request.durationMs === null ? "" : `, ${formatDuration(request.durationMs)}`}
                {request.replayOf === null ? "" : `, again ${request.replayOf}`}
              </span>
            </span>
          </button>
        ))}
      </nav>
      <div className="detail">
        {other === null ? (
          <RequestDetail
            key={current}
            id={current}
            others={answer.requests}
            onReplayed={(next) => setId(String(next))}
            onCompare={(next) => setOther(String(next))}
          />
        ) : (
          <Compare ids={[current, Number(other)]} onClose={() => setOther(null)} />
        )}
      </div>
    </div>
  );
}

export function lookOf(status: number | null): string {
  if (status === null) return "";
  return status < 400 ? "good" : status < 500 ? "warn" : "bad";
}

export function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
