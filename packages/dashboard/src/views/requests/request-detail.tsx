import { Pencil, RotateCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useAdmin } from "../../data/context.tsx";
import { Button, CopyButton, ErrorNotice, Loading } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatBytes, formatDate } from "../../ui/format.ts";
import { toCurl } from "../functions/curl.ts";
import { Advice } from "./advice.tsx";
import { CompareWith } from "./compare-with.tsx";
import { EditRequest } from "./edit-request.tsx";
import { prettyBody } from "./pretty-body.ts";
import type { HeaderPairs, RecordedBody, RecordedRequest, RequestSummary } from "./recorded.ts";
import { lookOf, pathOf } from "./requests-view.tsx";
import { SaveTest } from "./save-test.tsx";
import { Timeline } from "./timeline.tsx";
import { useRequest } from "./use-requests.ts";

export function RequestDetail({
  id,
  others,
  onReplayed,
  onCompare,
}: {
  readonly id: number;
  /** What it may be compared with. */
  readonly others: readonly RequestSummary[];
  readonly onReplayed: (id: number) => void;
  readonly onCompare: (id: number) => void;
}): ReactNode {
  const { api } = useAdmin();
  const { answer: request, error } = useRequest(id);
  const [failure, setFailure] = useState<string | null>(null);
  const [isEditing, setIsEditing] = useState(false);
  if (request === null)
    return error === null ? <Loading what="the request" /> : <ErrorNotice error={error} />;
  const replay = async (change: object): Promise<void> => {
    try {
      const { id: next } = await api.post<{ readonly id: number }>("/_dashboard/api/requests/replay", {
        id,
        ...change,
      });
      setIsEditing(false);
      setFailure(null);
      onReplayed(next);
    } catch (problem) {
      setFailure((problem as Error).message);
    }
  };
  return (
    <div className="stack">
      <div className="row wrap">
        <span className={`badge ${lookOf(request.status)}`}>{request.status ?? "running"}</span>
        <h1 className="mono grow">
          {request.method} {pathOf(request.url)}
        </h1>
        <Button onClick={() => void replay({})}>
          <RotateCw size={15} aria-hidden /> Replay
        </Button>
        <Button onClick={() => setIsEditing(true)}>
          <Pencil size={15} aria-hidden /> Edit and resend
        </Button>
        <CopyButton label="Copy as curl" text={curlOf(request)} />
        <SaveTest request={request} />
        <CompareWith request={request} others={others} onCompare={onCompare} />
      </div>
      <p className="muted">
        {request.route === null ? "No route matched" : `Matched ${request.route}`},{" "}
        {formatDate(request.startMs)}, request id <code>{request.requestId}</code>
        {request.replayOf === null ? "" : `, a replay of ${request.replayOf}`}
      </p>
      <ErrorNotice error={failure} />
      <Advice request={request} />
      {request.error !== null && <pre className="notice mono">{request.error}</pre>}
      <Timeline request={request} />
      <div className="columns">
        <Message title="Request" headers={request.headers} body={request.body} />
        <Message title="Response" headers={request.responseHeaders} body={request.responseBody} />
      </div>
      {isEditing && (
        <Dialog title="Edit and resend" onClose={() => setIsEditing(false)}>
          <EditRequest request={request} error={failure} onSend={(change) => void replay(change)} />
        </Dialog>
      )}
    </div>
  );
}

function Message({
  title,
  headers,
  body,
}: {
  readonly title: string;
  readonly headers: HeaderPairs;
  readonly body: RecordedBody;
}): ReactNode {
  return (
    <section className="card stack" aria-label={title}>
      <h2>{title}</h2>
      {headers.length > 0 && (
        <table className="headers mono">
          <tbody>
            {headers.map(([name, value], i) => (
              <tr key={`${name} ${i}`}>
                <th scope="row">{name}</th>
                <td>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className="stack tight">
        <h3>
          Body, {formatBytes(body.bytes)}
          {body.isBase64 ? ", in base64" : ""}
          {body.isCut ? ", only the beginning" : ""}
        </h3>
        {body.text !== "" && <pre className="code">{prettyBody(body)}</pre>}
      </div>
    </section>
  );
}

/** Headers that curl makes itself. */
const OWN_HEADERS = new Set(["host", "content-length", "connection", "convex-request-id", "accept-encoding"]);

export function curlOf({ method, url, headers, body }: RecordedRequest): string {
  return toCurl({
    method,
    path: pathOf(url),
    headers: headers
      .filter(([name]) => !OWN_HEADERS.has(name))
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n"),
    body: body.isBase64 ? "" : body.text,
  });
}
