import { setTimeout as sleep } from "node:timers/promises";
import type { StreamsResult } from "../report/service-result.ts";
import { LightStream } from "./light-stream.ts";
import type { RealtimeServer } from "./realtime-server.ts";

const OPENED_AT_ONCE = 50;
/** What starting takes is over then. */
const SETTLE_MS = 3_000;
const LOOKS = 15;
const LOOK_EVERY_MS = 1_000;

/**
 * Memory of a server with so many responses of HTTP actions that stay open, each of which sends an event every second.
 * @throws Error when one of them ended, or brought nothing any more.
 */
export async function measureOpenStreams(server: RealtimeServer, count: number): Promise<StreamsResult> {
  await sleep(SETTLE_MS);
  const before = server.memory();
  const streams: LightStream[] = [];
  try {
    while (streams.length < count) {
      const batch = Array.from({ length: Math.min(OPENED_AT_ONCE, count - streams.length) }, () =>
        LightStream.open(server.url, "/http/events"),
      );
      streams.push(...(await Promise.all(batch)));
    }
    const atFirst = streams.map(({ events }) => events);
    const startMs = performance.now();
    const usedBefore = server.processorSeconds();
    let most: number | null = null;
    for (let look = 0; look < LOOKS; look++) {
      await sleep(LOOK_EVERY_MS);
      const bytes = server.memory();
      if (bytes !== null) most = Math.max(most ?? 0, bytes);
    }
    const usedAfter = server.processorSeconds();
    const seconds = (performance.now() - startMs) / 1000;
    const stuck = streams.filter(({ isOpen, events }, i) => !isOpen || events === atFirst[i]);
    if (stuck.length > 0) throw new Error(`${stuck.length} of ${count} streams brought nothing any more`);
    const processors = usedBefore === null || usedAfter === null ? null : (usedAfter - usedBefore) / seconds;
    return { streams: count, memoryBefore: before, memory: most, processors };
  } finally {
    for (const stream of streams) stream.close();
  }
}
