import { useQuery } from "convex/react";
import { type ReactNode, useState } from "react";
import { system } from "../../data/system.ts";
import { Button, Empty, Loading } from "../../ui/basics.tsx";
import { formatDate } from "../../ui/format.ts";
import { useParam } from "../../ui/search.ts";
import { showShort } from "../../ui/values.ts";

const PAGE = 100;
const MAX = 1_000;

/** What was done with admin keys, the newest first. */
export function AuditLog(): ReactNode {
  const [action, setAction] = useParam("action");
  const [since, setSince] = useParam("since");
  const [until, setUntil] = useParam("until");
  const [limit, setLimit] = useState(PAGE);
  const [fromMs, beforeMs] = [Date.parse(since ?? ""), Date.parse(until ?? "")];
  const entries = useQuery(system.auditLog, {
    limit,
    ...(action === null ? {} : { action }),
    ...(Number.isNaN(fromMs) ? {} : { fromMs }),
    ...(Number.isNaN(beforeMs) ? {} : { beforeMs }),
  });
  const isFiltered = action !== null || since !== null || until !== null;
  return (
    <>
      <div className="row wrap">
        <input
          className="input auto mono"
          aria-label="Action"
          placeholder="action, add_documents"
          value={action ?? ""}
          onChange={(event) => setAction(event.target.value)}
        />
        <label className="row">
          <span className="muted">From</span>
          <input
            className="input auto"
            type="datetime-local"
            value={since ?? ""}
            onChange={(event) => setSince(event.target.value)}
          />
        </label>
        <label className="row">
          <span className="muted">To</span>
          <input
            className="input auto"
            type="datetime-local"
            value={until ?? ""}
            onChange={(event) => setUntil(event.target.value)}
          />
        </label>
      </div>
      {entries === undefined ? (
        <Loading what="what was done" />
      ) : entries.length === 0 ? (
        <Empty title={isFiltered ? "Nothing matches" : "Nothing was done yet"}>
          <p>What is done with an admin key, here or on a command line, is written down with its name.</p>
        </Empty>
      ) : (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>When</th>
                <th>Key</th>
                <th>What</th>
                <th>Of what</th>
              </tr>
            </thead>
            <tbody>
              {entries.map(({ _id, _creationTime, author, action: done, metadata }) => (
                <tr key={_id}>
                  <td className="date">{formatDate(_creationTime)}</td>
                  <td>{author}</td>
                  <td>
                    <button type="button" className="linkish" onClick={() => setAction(done)}>
                      {done}
                    </button>
                  </td>
                  <td className="mono">{showShort(metadata)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {entries !== undefined && entries.length === limit && limit < MAX && (
        <Button onClick={() => setLimit(Math.min(MAX, limit * 2))}>More</Button>
      )}
    </>
  );
}
