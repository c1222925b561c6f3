import type { Bar } from "./bar.ts";
import { formatCount, formatMegabytes, formatMs } from "./format.ts";
import { judgeInspector } from "./inspector-report.ts";
import type { PartResults } from "./result.ts";
import type { RealtimeResult } from "./service-result.ts";

const MEGABYTE = 1_000_000;

const SUBSCRIBERS = 1000;
const MAX_FAN_OUT_P99_MS = 150;
const MAX_FIRST_P50_MS = 5;
const MAX_SOCKETS_BYTES = 600 * MEGABYTE;
const MAX_PROCESSORS = 1;
/** What two measurements of the same may differ by. */
const MAX_UNTOUCHED_RATIO = 1.5;
const MAX_STREAMS_BYTES = 300 * MEGABYTE;

/** Judges what was measured of live queries, streams and recorded requests. */
export function judgeServices({ realtime, streams, inspector }: PartResults): readonly Bar[] {
  return [
    ...(realtime === null ? [] : judgeRealtime(realtime)),
    ...(streams === null ? [] : judgeStreams(streams)),
    ...(inspector === null ? [] : judgeInspector(inspector)),
  ];
}

function judgeRealtime({ fanOut, first, idle, spread, untouched }: RealtimeResult): readonly Bar[] {
  const many = fanOut.find(({ subscribers }) => subscribers === SUBSCRIBERS);
  const [none, most] = [untouched.at(0), untouched.at(-1)];
  return [
    ...(many === undefined
      ? []
      : [
          {
            text: `One mutation to ${formatCount(SUBSCRIBERS)} subscribers: all are shown it within ${MAX_FAN_OUT_P99_MS} ms, p99`,
            measured: `${formatMs(many.all.p99)} ms`,
            holds: many.all.p99 <= MAX_FAN_OUT_P99_MS,
          },
        ]),
    {
      text: `Subscribe to first result: p50 under ${MAX_FIRST_P50_MS} ms`,
      measured: `${formatMs(first.connected.p50)} ms`,
      holds: first.connected.p50 < MAX_FIRST_P50_MS,
    },
    ...(idle.bytes === null
      ? []
      : [
          {
            text: `${formatCount(idle.sockets)} idle sockets: process tree under ${formatMegabytes(MAX_SOCKETS_BYTES)} MB`,
            measured: `${formatMegabytes(idle.bytes)} MB`,
            holds: idle.bytes < MAX_SOCKETS_BYTES,
          },
        ]),
    ...(spread.processors === null
      ? []
      : [
          {
            text: `${formatCount(spread.clients)} clients with ${spread.queriesPerClient} queries each, ${spread.commitsPerSecond} commits/s: under ${MAX_PROCESSORS} processor`,
            measured: spread.processors.toFixed(2),
            holds: spread.processors < MAX_PROCESSORS,
          },
        ]),
    ...(none === undefined || most === undefined || none === most
      ? []
      : [
          {
            text: `A commit beside ${formatCount(most.subscriptions)} subscriptions that it does not touch: at most ${MAX_UNTOUCHED_RATIO}× of one beside ${formatCount(none.subscriptions)}, p50`,
            measured: `${(most.commit.p50 / none.commit.p50).toFixed(2)}×`,
            holds: most.commit.p50 <= none.commit.p50 * MAX_UNTOUCHED_RATIO,
          },
        ]),
  ];
}

function judgeStreams({ streams, memory }: NonNullable<PartResults["streams"]>): readonly Bar[] {
  if (memory === null) return [];
  return [
    {
      text: `${formatCount(streams)} open streams of HTTP actions: process tree under ${formatMegabytes(MAX_STREAMS_BYTES)} MB`,
      measured: `${formatMegabytes(memory)} MB`,
      holds: memory < MAX_STREAMS_BYTES,
    },
  ];
}
