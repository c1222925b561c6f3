import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** A script for contexts that have the collector: all garbage goes, and the room it took goes back to the system. */
export const COLLECT = 'gc({ type: "major", flavor: "last-resort" })';

/**
 * Contexts that `make` makes have the engine's own collector as `gc`. No other thread of the process may make contexts
 * meanwhile, for the flag that decides is one for all.
 */
export function withCollector<T>(make: () => T): T {
  setFlagsFromString("--expose-gc");
  try {
    return make();
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}

/** A function that collects the garbage of this thread, which pauses it for some ten milliseconds. */
export function newCollector(): () => void {
  return withCollector(() => runInNewContext(`() => ${COLLECT}`) as () => void);
}
