import type { RecordedCall, RecordedLine, RecordedRequest } from "./recorded.ts";

/** What happened in a request, milliseconds after it had arrived. */
export type Moment = { readonly atMs: number } & (
  | {
      readonly type: "call";
      readonly call: RecordedCall;
      /** How many actions stand between it and the request. */
      readonly depth: number;
    }
  | { readonly type: "line"; readonly line: RecordedLine }
);

/** The calls and the console lines of a request, in the order in which they came. */
export function momentsOf({ run, lines }: Pick<RecordedRequest, "run" | "lines">): readonly Moment[] {
  const waitedMs = run?.waitedMs ?? 0;
  const flatten = (calls: readonly RecordedCall[], depth: number): Moment[] =>
    calls.flatMap((call) => [
      { type: "call", call, depth, atMs: waitedMs + call.startMs },
      ...flatten(call.calls, depth + 1),
    ]);
  const moments: Moment[] = [
    ...flatten(run?.calls ?? [], 0),
    ...lines.map((line) => ({ type: "line", line, atMs: waitedMs + line.atMs }) as const),
  ];
  return moments.sort((a, b) => a.atMs - b.atMs);
}
