import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Collecting is seldom enough with it (at half of it 40 % of the time went there); left alone the engine goes on to 48 MB, in use under load. */
const ENOUGH_BYTES = 8 * 1024 * 1024;

/**
 * Lets the space for new objects of this process grow until it is large enough, and no further; it may shrink when the
 * process rests, and then grows again. (A flag at the start would hold it at what it is at the start, which is too small.)
 * The engine makes it larger when it collects, so that is when to look.
 */
export function limitYoungSpace(): void {
  let growth = 2;
  const observer = new PerformanceObserver(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    const wanted = (space?.space_size ?? 0) < ENOUGH_BYTES ? 2 : 1;
    if (wanted === growth) return;
    growth = wanted;
    setFlagsFromString(`--semi-space-growth-factor=${growth}`);
  });
  observer.observe({ entryTypes: ["gc"] });
}

/**
 * What isolates may have from now on for new objects, which at their fullest are three times as much; 0 for half a
 * mebibyte. The engine looks at it when it makes one.
 */
export function limitYoungSpaceOfNewIsolates(mebibytes: number): void {
  setFlagsFromString(`--min-semi-space-size=${mebibytes}`);
  setFlagsFromString(`--max-semi-space-size=${mebibytes}`);
}

/**
 * What outlives the space for new objects need not double before it is looked at again: most of it is requests that were
 * under way (measured: 45 MB less in the main process at the same speed).
 */
export function limitOldSpace(): void {
  setFlagsFromString("--heap-growing-percent=20");
}
