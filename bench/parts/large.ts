import { setTimeout as sleep } from "node:timers/promises";
import { makeRecordStore } from "../data/record-database.ts";
import { createdMsAt } from "../data/records.ts";
import type { HttpRequest } from "../load/workloads.ts";
import type { LargeResult } from "../report/database-result.ts";
import { send } from "../servers/client.ts";
import { type RunningServer, type StartOptions, startDatabaseServer } from "../servers/start-server.ts";

export interface LargeOptions extends StartOptions {
  /** In the table beforehand. */
  readonly records: number;
}

/** From a request to its answer. */
interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

const DOCUMENTS = 1000;
const TIMES = 40;
const WARM_UP_TIMES = 10;
/** Between two small inserts: they meet the large ones at any moment of theirs. */
const SMALL_PAUSE_MS = 3;
/** Between two large ones beside them, so that none of the small ones meets two. */
const LARGE_PAUSE_MS = 100;

/** Transactions that read and write a thousand documents, and what they do to others. Times are those of a client. */
export async function measureLarge(options: LargeOptions): Promise<LargeResult> {
  await makeRecordStore(options.folder, options.records);
  const server = await startDatabaseServer(options);
  const read = (): HttpRequest => {
    const position = Math.floor(Math.random() * (options.records - DOCUMENTS));
    return { method: "GET", path: `/many?createdMs=${createdMsAt(position)}`, body: null };
  };
  const insert = (): HttpRequest => insertion(DOCUMENTS);
  try {
    for (const make of [read, insert]) await timeMany(server, make, WARM_UP_TIMES);
    const reads = await timeMany(server, read, TIMES);
    const inserts = await timeMany(server, insert, TIMES);
    const alone = await timeMany(server, () => insertion(1), TIMES);
    const crowded = new AbortController();
    const small = timeUntil(server, crowded.signal);
    const beside = await timeMany(server, insert, TIMES, LARGE_PAUSE_MS);
    crowded.abort();
    const others = await small;
    return {
      records: options.records,
      documents: DOCUMENTS,
      readMs: reads.map(durationOf),
      insertMs: inserts.map(durationOf),
      aloneMs: alone.map(durationOf),
      besideMs: beside.map(durationOf),
      othersMs: others.map(durationOf),
      encounters: others.flatMap((other) => {
        const met = beside.filter(({ startMs, endMs }) => startMs < other.endMs && other.startMs < endMs);
        if (met.length === 0) return [];
        return [{ otherMs: durationOf(other), largeMs: Math.max(...met.map(durationOf)) }];
      }),
    };
  } finally {
    await server.stop();
  }
}

async function timeMany(
  server: RunningServer,
  make: () => HttpRequest,
  count: number,
  pauseMs = 0,
): Promise<readonly Interval[]> {
  const times: Interval[] = [];
  for (let i = 0; i < count; i++) {
    if (pauseMs > 0) await sleep(pauseMs);
    times.push(await time(server, make()));
  }
  return times;
}

/** Small inserts, one after the other, as long as the signal lets them. */
async function timeUntil(server: RunningServer, end: AbortSignal): Promise<readonly Interval[]> {
  const times: Interval[] = [];
  while (!end.aborted) {
    times.push(await time(server, insertion(1)));
    await sleep(SMALL_PAUSE_MS);
  }
  return times;
}

async function time(server: RunningServer, request: HttpRequest): Promise<Interval> {
  const startMs = performance.now();
  await send(server, request);
  return { startMs, endMs: performance.now() };
}

function durationOf({ startMs, endMs }: Interval): number {
  return endMs - startMs;
}

function insertion(count: number): HttpRequest {
  return { method: "POST", path: "/many", body: JSON.stringify({ count }) };
}
