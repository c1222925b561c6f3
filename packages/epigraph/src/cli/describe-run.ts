import type { KeptText, RecordedCall } from "../runtime/runner/call-record.ts";
import type { RecordedRequest } from "../services/requests/recorded-request.ts";

interface Moment {
  readonly atMs: number;
  readonly text: string;
}

/** What a request called and printed, in the order in which that happened, as comments. */
export function describeRun({ run, lines }: Pick<RecordedRequest, "run" | "lines">): readonly string[] {
  const moments: readonly Moment[] = [
    ...(run?.calls ?? []).flatMap((call) => describeCall(call, "")),
    ...lines.map(({ atMs, level, text, path }) => ({
      atMs,
      text: `${level} ${path === null ? "" : `${path}: `}${text}`,
    })),
  ];
  const told = moments
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => `# +${atMs.toFixed(1)} ms  ${text.replaceAll("\n", "\n#   ")}`);
  const omitted = run?.omitted ?? 0;
  return omitted === 0 ? told : [...told, `# and ${omitted} calls more`];
}

function describeCall(call: RecordedCall, caller: string): readonly Moment[] {
  const { kind, path, startMs, durationMs, args, result, error, transaction, calls } = call;
  const took = durationMs === null ? "not ended" : `${durationMs.toFixed(1)} ms`;
  const { used, attempts } = transaction ?? {};
  const counts = used === undefined ? "" : `, ${used.documentsRead} read, ${used.documentsWritten} written`;
  const tries = attempts === undefined || attempts.length < 2 ? "" : `, ${attempts.length} attempts`;
  const own: Moment = {
    atMs: startMs,
    text: `${caller}${kind} ${path}, ${took}${counts}${tries}\n${show(args)} → ${error === null ? show(result) : `failed: ${show(error)}`}`,
  };
  return [own, ...calls.flatMap((each) => describeCall(each, `${caller}${path} > `))];
}

function show(kept: KeptText | null): string {
  return kept === null ? "nothing" : `${kept.text}${kept.isCut ? "…" : ""}`;
}
