/** Calls back later; keeps nothing alive. @returns what ends the wait. */
export function quietTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs).unref();
  return () => clearTimeout(timer);
}
