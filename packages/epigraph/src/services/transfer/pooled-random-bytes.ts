import { randomFillSync } from "node:crypto";

const POOL_BYTES = 16 * 1024;

/** Random bytes that are drawn many at once: a call for each document would take longer than all else of its id. */
export function pooledRandomBytes(): (bytes: number) => Uint8Array {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return (bytes) => {
    if (used + bytes > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    used += bytes;
    return pool.slice(used - bytes, used);
  };
}
