import { Send } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import type { RouteInfo } from "../../data/system.ts";
import { Button, ErrorNotice, Snippet } from "../../ui/basics.tsx";
import { TextAreaField } from "../../ui/text-area-field.tsx";
import { AnswerView } from "./answer-view.tsx";
import { toCurl } from "./curl.ts";
import { FunctionStats } from "./function-stats.tsx";
import { RecentCalls } from "./recent-calls.tsx";
import { type ComposedRequest, type HttpAnswer, sendRequest } from "./send-request.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];

export function RouteDetail({ route }: { readonly route: RouteInfo }): ReactNode {
  const [request, setRequest] = useState<ComposedRequest>(() => ({
    method: route.method,
    path: route.path.replace(/\*$/, ""),
    headers: route.method === "POST" ? "content-type: application/json" : "",
    body: "",
  }));
  const [answer, setAnswer] = useState<HttpAnswer | null>(null);
  const [error, setError] = useState<string | null>(null);
  const change = (part: Partial<ComposedRequest>): void => setRequest({ ...request, ...part });
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      setAnswer(await sendRequest(request));
      setError(null);
    } catch (failure) {
      setError((failure as Error).message);
    }
  };
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  const identifier = `${route.method} ${route.path}`;
  return (
    <div className="stack">
      <div className="row wrap">
        <h1 className="mono">{identifier}</h1>
        <span className="badge http">http</span>
      </div>
      <div className="columns">
        <form className="card stack" onSubmit={(event) => void send(event)}>
          <h2>Send a request</h2>
          <div className="row">
            <select
              className="input auto"
              aria-label="Method"
              value={request.method}
              onChange={(event) => change({ method: event.target.value })}
            >
              {METHODS.map((method) => (
                <option key={method}>{method}</option>
              ))}
            </select>
            <input
              className="input mono"
              aria-label="Path and query"
              value={request.path}
              onChange={(event) => change({ path: event.target.value })}
            />
          </div>
          <TextAreaField
            label="Headers, one a line"
            rows={3}
            placeholder="name: value"
            value={request.headers}
            onChange={(headers) => change({ headers })}
          />
          {hasBody && (
            <TextAreaField label="Body" rows={5} value={request.body} onChange={(body) => change({ body })} />
          )}
          <div className="row">
            <Button type="submit" look="primary">
              <Send size={15} aria-hidden /> Send
            </Button>
          </div>
          <ErrorNotice error={error} />
          {answer !== null && <AnswerView answer={answer} />}
          <Snippet title="The same as curl" text={toCurl(request)} />
        </form>
        <div className="stack">
          <FunctionStats identifier={identifier} isQuery={false} />
          <RecentCalls identifier={identifier} />
        </div>
      </div>
    </div>
  );
}
