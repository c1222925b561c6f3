import { answerError, type Connection, send } from "./connection.ts";
import { CommandError } from "./usage-error.ts";

const EVENT_END = "\n\n";
const FIELD = /^(event|data): ?(.*)$/;

/**
 * What one of the deployment's own queries says, now and whenever that changes, until the signal. What changes quickly may
 * be seen once.
 * @throws CommandError when the deployment refuses, or ends.
 */
export async function* liveResults(
  connection: Connection,
  path: string,
  args: object,
  signal: AbortSignal,
): AsyncGenerator<unknown, void> {
  const query = new URLSearchParams({ path, args: JSON.stringify(args), format: "convex_encoded_json" });
  const headers = { Accept: "text/event-stream" };
  const response = await send(connection, `/api/live?${query}`, { method: "GET", headers, signal });
  if (response.status !== 200 || response.body === null) {
    throw answerError({ status: response.status, text: await response.text() });
  }
  let text = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const events = text.split(EVENT_END);
    text = events.pop() as string;
    for (const event of events) {
      const { name, data } = readEvent(event);
      if (data === null) continue;
      const { value, errorMessage, message } = JSON.parse(data) as Readonly<Record<string, unknown>>;
      if (name !== "") throw new CommandError(String(errorMessage ?? message).trimEnd());
      yield value;
    }
  }
  throw new CommandError(`The deployment at ${connection.url} has ended.`);
}

/** The deployment's own events have one line of data each; comments have none. */
function readEvent(event: string): { readonly name: string; readonly data: string | null } {
  let [name, data]: [string, string | null] = ["", null];
  for (const line of event.split("\n")) {
    const [, field, value = ""] = FIELD.exec(line) ?? [];
    if (field === "event") name = value;
    else if (field === "data") data = value;
  }
  return { name, data };
}
