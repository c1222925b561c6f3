/** `3.1 ms`, `1235 ms` */
export function formatDuration(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** A function's path as its developer writes it: `messages:list`. */
export function shortPath(path: string): string {
  return path.replace(/\.js:/, ":").replace(/:default$/, "");
}

/** `1 document`, `2 documents` */
export function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? "" : "s"}`;
}
