import { type ReactNode, useState } from "react";
import type { FunctionInfo } from "../../data/system.ts";
import { KindBadge } from "../../ui/basics.tsx";
import { shortPath } from "../../ui/format.ts";
import { FunctionStats } from "./function-stats.tsx";
import { RecentCalls } from "./recent-calls.tsx";
import { RunForm } from "./run-form.tsx";
import { parseValidator, showValidator } from "./validator.ts";

export function FunctionDetail({
  path,
  info,
}: {
  readonly path: string;
  readonly info: FunctionInfo;
}): ReactNode {
  const [isShown, setIsShown] = useState(false);
  const file = `convex/${path.slice(0, path.indexOf(":")).replace(/\.js$/, ".ts")}`;
  const identifier = shortPath(path);
  return (
    <div className="stack">
      <div className="row wrap">
        <h1 className="mono">{identifier}</h1>
        <KindBadge kind={info.type} />
        <span className="badge">{info.visibility}</span>
        <span className="muted mono">
          {file}
          {info.line === null ? "" : `:${info.line}`}
        </span>
      </div>
      <div className="columns">
        <RunForm path={path} info={info} />
        <div className="stack">
          <FunctionStats identifier={identifier} isQuery={info.type === "Query"} />
          <div className="card stack">
            <div className="row">
              <h2 className="grow">Validators</h2>
              <button type="button" className="button plain" onClick={() => setIsShown(!isShown)}>
                {isShown ? "Short" : "JSON"}
              </button>
            </div>
            {(["args", "returns"] as const).map((name) => (
              <div key={name} className="stack tight">
                <h3>{name === "args" ? "Arguments" : "Result"}</h3>
                <pre className="code">
                  {isShown ? pretty(info[name]) : showValidator(parseValidator(info[name]))}
                </pre>
              </div>
            ))}
          </div>
          <RecentCalls identifier={identifier} />
        </div>
      </div>
    </div>
  );
}

function pretty(json: string | null): string {
  return json === null ? "none" : JSON.stringify(JSON.parse(json), null, 2);
}
