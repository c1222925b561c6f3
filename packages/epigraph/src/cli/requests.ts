import type { RecordedRequest, RequestSummary } from "../services/requests/recorded-request.ts";
import { answerError, type Connection, findConnection, request, type Target } from "./connection.ts";
import { describeRun } from "./describe-run.ts";
import type { CliIo } from "./io.ts";
import { plainText } from "./plain-text.ts";
import { CommandError, UsageError } from "./usage-error.ts";

export interface RequestsOptions {
  readonly target: Target;
  /** What stands behind `requests`: `list`, `show ID`, `replay ID`. */
  readonly words: readonly string[];
}

const API = "/_dashboard/api/requests";

/**
 * Shows what `epigraph dev` has recorded of requests to HTTP actions, or sends one of them again.
 * @returns the exit code: 1 where a replay was answered with a failure.
 * @throws UsageError, or CommandError when the deployment can't be asked or refuses.
 */
export async function runRequests({ target, words }: RequestsOptions, io: CliIo): Promise<number> {
  const [action, id, ...rest] = words;
  const isList = action === "list" && id === undefined;
  const isOne = (action === "show" || action === "replay") && id !== undefined && rest.length === 0;
  if (!isList && !isOne) throw new UsageError("The form is: epigraph requests list, show ID, or replay ID.");
  if (id !== undefined && !/^\d{1,15}$/.test(id)) throw new UsageError(`"${id}" is no number of a request.`);
  const connection = findConnection(target, io);
  if (isList) return list(connection, io);
  if (action === "show") {
    io.stdout(describe(await ask<RecordedRequest>(connection, `${API}/${id}`, null, io)));
    return 0;
  }
  const replayed = await ask<{ readonly id: number }>(connection, `${API}/replay`, { id: Number(id) }, io);
  const shown = await ask<RecordedRequest>(connection, `${API}/${replayed.id}`, null, io);
  io.stdout(describe(shown));
  return (shown.status ?? 500) < 400 ? 0 : 1;
}

async function list(connection: Connection, io: CliIo): Promise<number> {
  const { isOn, requests } = await ask<{
    readonly isOn: boolean;
    readonly requests: readonly RequestSummary[];
  }>(connection, API, null, io);
  if (!isOn)
    throw new CommandError(
      "This deployment does not record requests: start it with `--record-requests 1`, or `0.1` for one in ten.",
    );
  for (const { id, status, method, url, durationMs } of requests) {
    const took = durationMs === null ? "" : ` ${durationMs.toFixed(1)} ms`;
    const { pathname, search } = new URL(url);
    io.stdout(plainText(`${id}\t${status ?? "…"}\t${method} ${pathname}${search}${took}\n`));
  }
  return 0;
}

/** As HTTP is written, with what else is known in front. */
function describe(recorded: RecordedRequest): string {
  const { id, method, url, route, status, durationMs, error, requestId } = recorded;
  const { pathname, search } = new URL(url);
  const took = durationMs === null ? "still running" : `${durationMs.toFixed(1)} ms`;
  const lines = [
    `# ${id}: ${route ?? "no route matched"}, ${took}, request id ${requestId}`,
    `${method} ${pathname}${search}`,
    ...recorded.headers.map(([name, value]) => `${name}: ${value}`),
    "",
    ...(recorded.body.text === "" ? [] : [recorded.body.text, ""]),
    `${status ?? "…"}`,
    ...recorded.responseHeaders.map(([name, value]) => `${name}: ${value}`),
    "",
    ...(recorded.responseBody.text === "" ? [] : [recorded.responseBody.text, ""]),
    ...describeRun(recorded),
    ...(error === null ? [] : [`# failed: ${error}`]),
  ];
  return plainText(`${lines.join("\n")}\n`);
}

async function ask<T>(connection: Connection, path: string, body: unknown, io: CliIo): Promise<T> {
  const response = await request(connection, path, body, io.signal);
  if (response.status !== 200) throw answerError(response);
  return JSON.parse(response.text) as T;
}
