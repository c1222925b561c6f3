import { closeSync, createReadStream, mkdirSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { parseEnv } from "node:util";
import { recordAt } from "../data/records.ts";
import { measureTreeCpu, measureTreeMemory } from "../measure/process-tree.ts";
import type { ImportResult } from "../report/database-result.ts";
import { send } from "../servers/client.ts";
import { DATABASE_APP } from "../servers/epigraph.ts";
import { type RunningServer, type StartOptions, startDatabaseServer } from "../servers/start-server.ts";

export interface ImportOptions extends StartOptions {
  /** Documents in the file that is imported. */
  readonly documents: number;
}

const LINE_BYTES = 300;
const LINES_A_WRITE = 10_000;
const ALONE_MS = 5_000;
const WARM_UP_MS = 2_000;
/** Between two inserts of the client: it takes next to nothing, and meets the import at any moment. */
const PAUSE_MS = 10;
const LOOK_MS = 500;

/** Imports lines into an empty table with one index, over HTTP, and looks what becomes of a client's inserts meanwhile. */
export async function measureImport({ documents, ...options }: ImportOptions): Promise<ImportResult> {
  const file = join(options.folder, "records.jsonl");
  mkdirSync(options.folder, { recursive: true });
  writeLines(file, documents);
  const server = await startDatabaseServer({ ...options, folder: join(options.folder, "data") });
  try {
    await timeInserts(server, () => sleep(WARM_UP_MS));
    const aloneMs = await timeInserts(server, () => sleep(ALONE_MS));
    const peak = watchMemory(server.pid);
    const cpuBefore = measureTreeCpu(server.pid);
    const startMs = performance.now();
    let imported = 0;
    const besideMs = await timeInserts(server, async () => {
      imported = await importFile(file);
    });
    const seconds = (performance.now() - startMs) / 1000;
    const cpuAfter = measureTreeCpu(server.pid);
    return {
      documents,
      imported,
      fileBytes: statSync(file).size,
      seconds,
      cpuSeconds: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore,
      peakBytes: peak.stop(),
      aloneMs,
      besideMs,
    };
  } finally {
    await server.stop();
  }
}

function writeLines(path: string, count: number): void {
  const file = openSync(path, "w");
  for (let first = 0; first < count; first += LINES_A_WRITE) {
    const lines = Array.from({ length: Math.min(LINES_A_WRITE, count - first) }, (_, i) => line(first + i));
    writeSync(file, lines.join(""));
  }
  closeSync(file);
}

/** The record at a position as one line, its text made so long that the line has the wanted length. */
function line(position: number): string {
  const record = recordAt(position);
  const missing = LINE_BYTES - JSON.stringify(record).length - 1;
  return `${JSON.stringify({ ...record, text: record.text.padEnd(record.text.length + missing, ".") })}\n`;
}

/** @returns how many documents the server says that it has imported. */
async function importFile(path: string): Promise<number> {
  const { CONVEX_SELF_HOSTED_URL: url, CONVEX_SELF_HOSTED_ADMIN_KEY: key } = parseEnv(
    readFileSync(join(DATABASE_APP, ".env.local"), "utf8"),
  );
  const query = new URLSearchParams({ tableName: "records", format: "jsonLines" });
  const response = await fetch(`${url}/api/import?${query}`, {
    method: "POST",
    headers: { authorization: `Convex ${key}` },
    body: Readable.toWeb(createReadStream(path, { highWaterMark: 1024 * 1024 })) as ReadableStream,
    duplex: "half",
  } as RequestInit);
  const text = await response.text();
  if (!response.ok) throw new Error(`The import was answered with ${response.status}: ${text}`);
  return (JSON.parse(text) as { readonly numWritten: number }).numWritten;
}

/** Times durable inserts of one client, each of one document, for as long as `work` takes. */
async function timeInserts(server: RunningServer, work: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  let isOver = false;
  const client = async (): Promise<void> => {
    for (let number = 0; !isOver; number++) {
      const startMs = performance.now();
      await send(server, { method: "POST", path: "/done", body: JSON.stringify({ number }) });
      times.push(performance.now() - startMs);
      await sleep(PAUSE_MS);
    }
  };
  const running = client();
  await work().finally(() => {
    isOver = true;
  });
  await running;
  return times;
}

/** Null where it can't be seen. */
function watchMemory(pid: number): { stop(): number | null } {
  let peak = measureTreeMemory(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak ?? 0, measureTreeMemory(pid) ?? 0);
  }, LOOK_MS);
  if (peak === null) clearInterval(timer);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}
