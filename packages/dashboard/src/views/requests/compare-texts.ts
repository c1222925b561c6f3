import { formatDuration, shortPath } from "../../ui/format.ts";
import { momentsOf } from "./moments.ts";
import { prettyBody } from "./pretty-body.ts";
import type { HeaderPairs, KeptText, RecordedBody, RecordedRequest } from "./recorded.ts";

/** One part of a request, as lines. */
export interface ComparedPart {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What is another for each request, whatever it asks. */
const ALWAYS_NEW = new Set(["convex-request-id", "date"]);

/** A request as lines that are worth comparing: without times, and without what differs in any case. */
export function comparedParts(request: RecordedRequest): readonly ComparedPart[] {
  const { method, url, headers, body, status, responseHeaders, responseBody, error } = request;
  const { pathname, search } = new URL(url);
  return [
    { title: "Request", lines: [`${method} ${pathname}${search}`, ...message(headers, body)] },
    {
      title: "Response",
      lines: [
        String(status ?? "running"),
        ...message(responseHeaders, responseBody),
        ...(error === null ? [] : error.split("\n")),
      ],
    },
    { title: "Calls", lines: callLines(request) },
    { title: "Log", lines: request.lines.flatMap(({ level, text }) => `${level} ${text}`.split("\n")) },
  ];
}

/** `12: 200 after 3 ms` */
export function headOf({ id, status, durationMs }: RecordedRequest): string {
  const took = durationMs === null ? "" : ` after ${formatDuration(durationMs)}`;
  return `${id}: ${status ?? "running"}${took}`;
}

function message(headers: HeaderPairs, body: RecordedBody): readonly string[] {
  const shown = headers.filter(([name]) => !ALWAYS_NEW.has(name.toLowerCase()));
  return [
    ...shown.map(([name, value]) => `${name}: ${value}`),
    ...(body.text === "" ? [] : ["", ...prettyBody(body).split("\n")]),
    ...(body.isCut ? ["… only the beginning was kept"] : []),
  ];
}

function callLines({ run, lines }: RecordedRequest): readonly string[] {
  return momentsOf({ run, lines }).flatMap((moment) => {
    if (moment.type === "line") return [];
    const { kind, path, args, result, error, transaction } = moment.call;
    const before = "  ".repeat(moment.depth);
    const used = transaction?.used;
    return [
      `${before}${kind} ${shortPath(path)} ${show(args)}`,
      `${before}  ${error === null ? `→ ${result === null ? "not ended" : show(result)}` : `failed: ${show(error)}`}`,
      ...(used === undefined
        ? []
        : [`${before}  ${used.documentsRead} read, ${used.documentsWritten} written`]),
      ...((transaction?.attempts.length ?? 1) > 1
        ? [`${before}  ${transaction?.attempts.length} attempts`]
        : []),
    ];
  });
}

function show({ text, isCut }: KeptText): string {
  return `${text}${isCut ? "…" : ""}`;
}
