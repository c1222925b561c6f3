import { type ReactNode, useState } from "react";
import { Button } from "../../ui/basics.tsx";
import { formatBytes, formatDuration } from "../../ui/format.ts";
import type { HttpAnswer } from "./send-request.ts";

/** What an HTTP action answered: as text, or rendered where nothing in it can run. */
export function AnswerView({ answer }: { readonly answer: HttpAnswer }): ReactNode {
  const { status, statusText, headers, body, durationMs } = answer;
  const type = headers.find(([name]) => name === "content-type")?.[1] ?? "";
  const canRender = type.startsWith("text/html");
  const [isRendered, setIsRendered] = useState(false);
  return (
    <section className="stack tight" aria-label="Response" aria-live="polite">
      <div className="row">
        <span className={`badge ${status < 400 ? "good" : "bad"}`}>
          {status} {statusText}
        </span>
        <span className="muted grow">
          {formatDuration(durationMs)}, {formatBytes(body.length)}
        </span>
        {canRender && (
          <Button look="plain" onClick={() => setIsRendered(!isRendered)}>
            {isRendered ? "Raw" : "Rendered"}
          </Button>
        )}
      </div>
      <details>
        <summary className="muted">{headers.length} headers</summary>
        <pre className="code">{headers.map(([name, value]) => `${name}: ${value}`).join("\n")}</pre>
      </details>
      {canRender && isRendered ? (
        <iframe className="rendered" title="Rendered response" sandbox="" srcDoc={body} />
      ) : (
        body !== "" && <pre className="code">{prettyBody(type, body)}</pre>
      )}
    </section>
  );
}

function prettyBody(type: string, body: string): string {
  if (!/\bjson\b/.test(type)) return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
