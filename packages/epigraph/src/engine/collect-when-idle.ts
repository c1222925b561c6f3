import { performance } from "node:perf_hooks";
import { newCollector } from "./garbage-collector.ts";
import { Rest } from "./rest.ts";

const LOOK_EVERY_MS = 1_000;

/**
 * Gives memory back once this thread has worked and then rests. The engine itself collects when it needs room, and so
 * keeps what the last busy moment left behind for as long as nothing happens.
 * @param alsoCollect collects what else the thread has.
 */
export function collectWhenIdle(alsoCollect: () => void = () => {}): void {
  const collect = newCollector();
  const rest = new Rest();
  let last = performance.eventLoopUtilization();
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { active, idle } = performance.eventLoopUtilization(now, last);
    last = now;
    if (!rest.hasCome(active + idle, active)) return;
    alsoCollect();
    collect();
  }, LOOK_EVERY_MS).unref();
}
