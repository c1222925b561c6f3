import { ask, findConnection, type Target } from "./connection.ts";
import { formatDuration } from "./format.ts";
import type { CliIo } from "./io.ts";
import { makePaint, type Paint } from "./paint.ts";

export interface LogsOptions {
  readonly target: Target;
  /** How many of the entries that are kept are shown first. */
  readonly history: number;
  readonly isFollowing: boolean;
  /** Executions that neither logged nor failed are shown, too. */
  readonly isAll: boolean;
  readonly isJson: boolean;
}

interface Entry {
  readonly kind: "Completion" | "Progress";
  readonly udfType: string;
  readonly identifier: string;
  /** Seconds. */
  readonly timestamp: number;
  readonly requestId: string;
  readonly logLines: readonly { readonly level: string; readonly messages: readonly string[] }[];
  readonly executionTime?: number;
  readonly error?: string | null;
}

/** Shows what functions log and how they end, until interrupted. @throws CommandError */
export async function runLogs(options: LogsOptions, io: CliIo): Promise<number> {
  const connection = findConnection(options.target, io);
  const paint = makePaint(io.color);
  const read = async (cursor: number): Promise<{ entries: readonly Entry[]; newCursor: number }> =>
    (await ask(connection, `/api/stream_function_logs?cursor=${cursor}`, null, io.signal)) as never;
  let { entries, newCursor } = await read(0);
  let shown = options.history === 0 ? [] : entries.slice(-options.history);
  for (;;) {
    for (const entry of shown) io.stdout(format(entry, options, paint));
    if (!options.isFollowing) return 0;
    // Interrupted while it waits, this ends the command like any other.
    ({ entries, newCursor } = await read(newCursor));
    shown = [...entries];
  }
}

function format(entry: Entry, { isJson, isAll }: LogsOptions, paint: Paint): string {
  if (isJson) return `${JSON.stringify(entry)}\n`;
  const time = new Date(entry.timestamp * 1000).toISOString();
  const head = `${paint("dim", time)} ${paint("cyan", entry.identifier)}`;
  const lines = entry.logLines.map(({ level, messages }) => `${head} [${level}] ${messages.join(" ")}\n`);
  if (entry.kind === "Progress") return lines.join("");
  const took = formatDuration((entry.executionTime ?? 0) * 1000);
  if (entry.error) lines.push(`${head} ${paint("red", "failed")} in ${took}: ${entry.error.trimEnd()}\n`);
  else if (isAll) lines.push(`${head} ${entry.udfType} in ${took}\n`);
  return lines.join("");
}
