import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Collecting is seldom enough with it (at half of it 40 % of the time went there); left alone the engine goes on to 48 MB, in use under load. */
const ENOUGH_BYTES = 8 * 1024 * 1024;
const LOOK_EVERY_MS = 500;

/**
 * Stops the space for new objects of this process from growing further once it is large enough. (A flag at the start
 * would hold it at what it is at the start, which is too small.)
 */
export function limitYoungSpace(): void {
  const timer = setInterval(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    if ((space?.space_size ?? 0) < ENOUGH_BYTES) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    clearInterval(timer);
  }, LOOK_EVERY_MS).unref();
}
