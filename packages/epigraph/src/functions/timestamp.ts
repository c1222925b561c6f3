import { nanosecondsFromTicks, type Ticks, ticksFromNanoseconds } from "../store/ticks.ts";
import { base64ToBytes, bytesToBase64 } from "../values/base64.ts";

const TIMESTAMP_BYTES = 8;

/** A timestamp as clients hold it: base64 of nanoseconds as 8 little-endian bytes. */
export function encodeTimestamp(ticks: Ticks): string {
  const bytes = new Uint8Array(TIMESTAMP_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, nanosecondsFromTicks(ticks), true);
  return bytesToBase64(bytes);
}

/** Null for a text that is no timestamp. */
export function decodeTimestamp(text: string): Ticks | null {
  const bytes = base64ToBytes(text);
  if (bytes === null || bytes.length !== TIMESTAMP_BYTES) return null;
  return ticksFromNanoseconds(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
}
