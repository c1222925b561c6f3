import { type FormEvent, type ReactNode, useState } from "react";
import { Button, ErrorNotice } from "../../ui/basics.tsx";
import { TextAreaField } from "../../ui/text-area-field.tsx";
import { parseHeaders } from "../functions/send-request.ts";
import type { RecordedRequest } from "./recorded.ts";
import { pathOf } from "./requests-view.tsx";

/** Changes a request before it is sent again. Headers that are left alone keep the secrets that are not shown. */
export function EditRequest({
  request,
  error,
  onSend,
}: {
  readonly request: RecordedRequest;
  readonly error: string | null;
  readonly onSend: (change: object) => void;
}): ReactNode {
  const firstHeaders = request.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  const firstBody = request.body.isBase64 ? "" : request.body.text;
  const [method, setMethod] = useState(request.method);
  const [path, setPath] = useState(pathOf(request.url));
  const [headers, setHeaders] = useState(firstHeaders);
  const [body, setBody] = useState(firstBody);
  const [problem, setProblem] = useState<string | null>(null);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    try {
      onSend({
        method,
        path,
        headers: headers === firstHeaders ? null : parseHeaders(headers),
        body: body === firstBody ? null : body,
      });
    } catch (failure) {
      setProblem((failure as Error).message);
    }
  };
  return (
    <form className="stack" onSubmit={send}>
      <div className="row">
        <input
          className="input auto mono"
          size={8}
          aria-label="Method"
          value={method}
          onChange={(event) => setMethod(event.target.value.toUpperCase())}
        />
        <input
          className="input mono"
          aria-label="Path and query"
          value={path}
          onChange={(event) => setPath(event.target.value)}
        />
      </div>
      <TextAreaField
        label="Headers, one a line"
        hint="Once you change one, masked values are sent as they stand here."
        rows={6}
        value={headers}
        onChange={setHeaders}
      />
      <TextAreaField label="Body" rows={6} value={body} onChange={setBody} />
      <ErrorNotice error={problem ?? error} />
      <div className="row">
        <span className="grow" />
        <Button type="submit" look="primary">
          Resend
        </Button>
      </div>
    </form>
  );
}
