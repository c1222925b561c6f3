/**
 * What a page notes of itself: since when its shell can be used, and how long its thread was busy at a stretch. It is put
 * into the page by the debugger, in front of everything else, as text: the benchmark knows no types of browsers.
 */
export const PAGE_OBSERVER = `(() => {
  const noted = (window.noted = { shellMs: null, tasks: [], events: [] });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) noted.tasks.push({ startTime, duration });
  }).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => {
    for (const { name, startTime, processingStart, processingEnd } of list.getEntries())
      noted.events.push({ name, startTime, duration: processingEnd - processingStart });
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
  const look = () => {
    if (document.querySelector("nav[aria-label=Views] a") === null) return;
    noted.shellMs ??= performance.now();
    watcher.disconnect();
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document, { childList: true, subtree: true });
})();`;

/** What the observer has noted; times in milliseconds since the page began to load. */
export interface PageNotes {
  readonly shellMs: number | null;
  /** Tasks of 50 ms and more. */
  readonly tasks: readonly Noted[];
  /** What was done for events that took 16 ms and more until they were drawn. */
  readonly events: readonly (Noted & { readonly name: string })[];
}

interface Noted {
  readonly startTime: number;
  readonly duration: number;
}

export function longest(notes: readonly Noted[]): number {
  return Math.max(0, ...notes.map(({ duration }) => duration));
}
