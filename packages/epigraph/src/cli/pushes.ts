import type { PushRecord } from "../deploy/push-history.ts";
import type { PushReport } from "../deploy/push-report.ts";
import { answerError, findConnection, request, type Target } from "./connection.ts";
import type { CliIo } from "./io.ts";
import { makePaint } from "./paint.ts";
import { formatReport } from "./report-printer.ts";

export interface PushesOptions {
  readonly target: Target;
  readonly json: boolean;
}

/** Lists the pushes that can be activated again, the newest first. */
export async function runPushes({ target, json }: PushesOptions, io: CliIo): Promise<number> {
  const response = await request(findConnection(target, io), "/api/epigraph/pushes", null, io.signal);
  if (response.status !== 200) throw answerError(response);
  const { pushes } = JSON.parse(response.text) as { readonly pushes: readonly PushRecord[] };
  io.stdout(json ? `${JSON.stringify(pushes, null, 2)}\n` : pushes.map(describe).join(""));
  return 0;
}

/** Activates an earlier push again: the one that is named, else the one before the one that runs. */
export async function runRollback(
  { target, json, push }: PushesOptions & { readonly push: string | null },
  io: CliIo,
): Promise<number> {
  const started = io.elapsedMs();
  const body = push === null ? {} : { push };
  const response = await request(findConnection(target, io), "/api/epigraph/rollback", body, io.signal);
  if (response.status !== 200) throw answerError(response);
  const { report } = JSON.parse(response.text) as { readonly report: PushReport };
  if (json) io.stdout(`${response.text}\n`);
  else io.stderr(formatReport(report, io.elapsedMs() - started, makePaint(io.color)));
  return 0;
}

function describe({ id, author, timeMs, message, report, isActive }: PushRecord): string {
  const { added, removed } = report.functions;
  const what = [...added.map((name) => `+${name}`), ...removed.map((name) => `-${name}`)].join(" ");
  const columns = [
    isActive ? "*" : " ",
    id,
    new Date(timeMs).toISOString(),
    author ?? "dev",
    [message, what].filter((text) => text !== null && text !== "").join(": "),
  ];
  return `${columns.join("  ").trimEnd()}\n`;
}
