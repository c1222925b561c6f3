import type { DeployedApp } from "../../test/support/deployed-app.ts";
import type { Modification } from "../../test/support/sync-connection.ts";

/** A query that a client keeps live. */
export interface ShownQuery {
  readonly udfPath: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Who a client is: nobody, or a user that an admin acts as. */
export type Subject = string | null;

interface Page {
  readonly page: readonly unknown[];
  readonly isDone: boolean;
  readonly continueCursor: string;
}

/**
 * What a query gives when it is run at a timestamp and nothing else, to be compared with what a client shows.
 * @returns what is wrong with what is shown; null when nothing is.
 */
export async function compareWithFresh(
  app: DeployedApp,
  ts: string,
  subject: Subject,
  query: ShownQuery,
  shown: Modification,
): Promise<string | null> {
  const fresh = await runAt(app, ts, subject, withEnd(query, shown));
  const expected = fresh.status === "success" ? fresh.value : withoutRequestId(fresh.errorMessage);
  const actual = shown.type === "QueryUpdated" ? shown.value : withoutRequestId(shown.errorMessage ?? "");
  // How it is told that a page should be split depends on how it was asked for.
  const [a, b] = [expected, actual].map((value) => JSON.stringify(isPage(value) ? rowsOf(value) : value));
  if (a === b) return null;
  return `${query.udfPath} ${JSON.stringify(query.args)} of ${subject ?? "nobody"} at ${ts} shows ${b}, and is ${a}`;
}

interface Answer {
  readonly status: "success" | "error";
  readonly value: unknown;
  readonly errorMessage: string;
}

async function runAt(app: DeployedApp, ts: string, subject: Subject, query: ShownQuery): Promise<Answer> {
  const acting =
    subject === null
      ? {}
      : {
          Authorization: `Convex ${app.adminKey}:${Buffer.from(JSON.stringify(identityOf(subject))).toString("base64")}`,
        };
  const response = await fetch(`${app.api}/api/query_at_ts`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...acting },
    body: JSON.stringify({ path: query.udfPath, args: query.args, ts, format: "convex_encoded_json" }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

export function identityOf(subject: string): { readonly issuer: string; readonly subject: string } {
  return { issuer: "https://issuer.test", subject };
}

/** Where a page has ended it must go on ending, whatever was written: that is what its journal is for. */
function withEnd(query: ShownQuery, { value }: Modification): ShownQuery {
  if (!isPage(value)) return query;
  const options = query.args["paginationOpts"] as object;
  return { ...query, args: { paginationOpts: { ...options, endCursor: value.continueCursor } } };
}

function isPage(value: unknown): value is Page {
  return typeof value === "object" && value !== null && "continueCursor" in value;
}

function rowsOf({ page, isDone, continueCursor }: Page): unknown {
  return { page, isDone, continueCursor };
}

function withoutRequestId(text: string): string {
  return text.replace(/^\[Request ID: [0-9a-f]{16}\] /, "");
}
