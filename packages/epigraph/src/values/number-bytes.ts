const view = new DataView(new ArrayBuffer(8));
const bytes = new Uint8Array(view.buffer);

/** Numbers that JSON cannot carry: NaN, the infinities, and negative zero. */
export function isSpecialFloat(value: number): boolean {
  return !Number.isFinite(value) || Object.is(value, -0);
}

/**
 * The eight bytes of a float, little-endian. The result is shared scratch space: use it before the next call.
 * Every NaN gives the same bytes: engines neither keep payloads nor agree on the sign of a computed NaN, and an
 * index key must not depend on either.
 */
export function floatToBytes(value: number): Uint8Array {
  view.setFloat64(0, value, true);
  if (Number.isNaN(value)) {
    view.setUint32(0, 0, true);
    view.setUint32(4, 0x7ff80000, true);
  }
  return bytes;
}

export function floatFromBytes(littleEndian: Uint8Array): number {
  bytes.set(littleEndian);
  const value = view.getFloat64(0, true);
  return Number.isNaN(value) ? Number.NaN : value;
}

/** The eight bytes of an Int64, little-endian two's complement. Shared scratch space: use it before the next call. */
export function int64ToBytes(value: bigint): Uint8Array {
  view.setBigInt64(0, value, true);
  return bytes;
}

export function int64FromBytes(littleEndian: Uint8Array): bigint {
  bytes.set(littleEndian);
  return view.getBigInt64(0, true);
}
