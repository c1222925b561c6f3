import { setTimeout as sleep } from "node:timers/promises";
import type { HttpRequest } from "../load/workloads.ts";
import type { DrainResult } from "../report/database-result.ts";
import { send } from "../servers/client.ts";
import { type RunningServer, type StartOptions, startDatabaseServer } from "../servers/start-server.ts";

const JOBS = 10_000;
const WAITING = 100_000;
const BATCH = 1_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** For all jobs to be scheduled before they come due. */
const LEAD_MS = 30_000;
const ALONE_MS = 2_000;
/** Between two mutations of the client: they meet the jobs at any moment of theirs. */
const PAUSE_MS = 3;
/** A look reads all that the jobs left, which holds up the client as well: there are few. */
const LOOK_MS = 5_000;
const PATIENCE_MS = 120_000;

interface Progress {
  readonly numbers: readonly number[];
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Has many scheduled functions come due at once, and looks how fast and in which order they run, and at whose expense. */
export async function measureDrain(options: StartOptions): Promise<DrainResult> {
  const server = await startDatabaseServer(options);
  try {
    await schedule(server, WAITING, Date.now() + DAY_MS);
    const dueMs = Date.now() + LEAD_MS;
    await schedule(server, JOBS, dueMs);
    const aloneMs = await timeFor(server, () => sleep(ALONE_MS));
    await sleep(Math.max(0, dueMs - Date.now()));
    let progress: Progress = { numbers: [], firstMs: 0, lastMs: 0 };
    const besideMs = await timeFor(server, async () => {
      const giveUpMs = Date.now() + PATIENCE_MS;
      while (progress.numbers.length < JOBS && Date.now() < giveUpMs) {
        await sleep(LOOK_MS);
        progress = await look(server);
      }
    });
    const { numbers, firstMs, lastMs } = progress;
    return {
      waiting: WAITING,
      jobs: JOBS,
      ran: new Set(numbers).size,
      perSecond: numbers.length / ((lastMs - firstMs) / 1000),
      furthestOutOfOrder: Math.max(...numbers.map((number, place) => Math.abs(number - place))),
      aloneMs,
      besideMs,
    };
  } finally {
    await server.stop();
  }
}

async function schedule(server: RunningServer, count: number, atMs: number): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    const body = JSON.stringify({ first, count: BATCH, atMs });
    await send(server, { method: "POST", path: "/jobs", body });
  }
}

async function look(server: RunningServer): Promise<Progress> {
  return JSON.parse(await send(server, { method: "GET", path: "/jobs", body: null })) as Progress;
}

/** Times mutations of one client for as long as `work` takes. */
async function timeFor(server: RunningServer, work: () => Promise<unknown>): Promise<readonly number[]> {
  const increment: HttpRequest = { method: "POST", path: "/counter", body: null };
  const times: number[] = [];
  let isOver = false;
  const client = async (): Promise<void> => {
    while (!isOver) {
      const startMs = performance.now();
      await send(server, increment);
      times.push(performance.now() - startMs);
      await sleep(PAUSE_MS);
    }
  };
  const running = client();
  await work();
  isOver = true;
  await running;
  return times;
}
