import type { ExecutionEvent } from "../functions/execution-event.ts";
import type { CliIo } from "./io.ts";
import { eventRecords } from "./json-log.ts";
import { formatEvent } from "./log-printer.ts";
import type { Paint } from "./paint.ts";
import type { Settings } from "./settings/settings.ts";
import type { StatusLine } from "./status-line.ts";

/** Prints what executions have to tell, as the user wants it: to people among other texts, to programs by itself. */
export function eventPrinter(
  { logFormat }: Pick<Settings, "logFormat">,
  io: CliIo,
  status: StatusLine,
  paint: Paint,
): (event: ExecutionEvent) => void {
  if (logFormat === "json") return (event) => io.stdout(eventRecords(event, io.now()));
  return (event) => {
    const text = formatEvent(event, io.now(), paint);
    if (text !== "") status.print(text);
  };
}
