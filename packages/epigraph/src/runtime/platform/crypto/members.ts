import { copyBufferSource } from "../bytes.ts";

/** An algorithm, or another dictionary of the Web Crypto standard, as app code gave it. */
export type Members = Readonly<Record<string, unknown>>;

/** A copy of the bytes of a value that must have some. @throws TypeError */
export function toBytes(value: unknown, what: string): Uint8Array {
  const buffer: unknown = ArrayBuffer.isView(value) ? value.buffer : value;
  const bytes = buffer instanceof SharedArrayBuffer ? undefined : copyBufferSource(value);
  if (bytes === undefined) throw new TypeError(`${what} must be an ArrayBuffer or a view of one`);
  return bytes;
}

/** @throws TypeError when it is missing. */
export function required(members: Members, name: string): unknown {
  const value = members[name];
  if (value === undefined) throw new TypeError(`The algorithm has no ${name}`);
  return value;
}

export function bytesOf(members: Members, name: string): Uint8Array {
  return toBytes(required(members, name), name);
}

/** Empty when it is missing. */
export function optionalBytes(members: Members, name: string): Uint8Array {
  const value = members[name];
  return value === undefined ? new Uint8Array(0) : toBytes(value, name);
}

/** @param bits as many as the number may have. @throws TypeError for what is no such number. */
export function integerOf(members: Members, name: string, bits: 8 | 16 | 32): number {
  return toInteger(required(members, name), name, bits);
}

/** Undefined when it is missing. */
export function optionalInteger(members: Members, name: string, bits: 8 | 32): number | undefined {
  const value = members[name];
  return value === undefined ? undefined : toInteger(value, name, bits);
}

export function toInteger(value: unknown, name: string, bits: number): number {
  const number = Math.trunc(Number(value));
  if (!Number.isFinite(number) || number < 0 || number >= 2 ** bits) {
    throw new TypeError(`${name} must be an integer from 0 to ${2 ** bits - 1}`);
  }
  // Not -0.
  return number + 0;
}
