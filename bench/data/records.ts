/** The fields of a record, without those that the system sets. */
export interface RecordFields {
  readonly position: number;
  readonly shuffled: number;
  readonly text: string;
}

/** 2026-01-01: a record is a millisecond younger than the one before it. */
const FIRST_CREATED_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 24 * 3600 * 1000;
const TEXT_LENGTH = 100;
const FILLING = "Lorem ipsum dolor sit amet, consetetur sadipscing elitr. ";
const ID_BYTES = 16;

/** All values of `shuffled` are below this. */
export const SHUFFLED_END: number = 2 ** 32;

/** Orders of the records that have nothing to do with their positions, nor with each other. */
const ID_ORDER = 0x1d;
const SHUFFLED_ORDER = 0x5f;

/** What is stored as the record at a position, the same whenever it is asked for. Positions stay below 2 ** 32. */
export function recordAt(position: number): RecordFields {
  const text = `Record ${position}. `.padEnd(TEXT_LENGTH, FILLING);
  return { position, shuffled: scramble(position, SHUFFLED_ORDER), text };
}

export function createdMsAt(position: number): number {
  return FIRST_CREATED_MS + position;
}

/** As random as those that the database makes, so that records stand in no order in the index of ids. */
export function internalIdAt(position: number): Uint8Array {
  const id = new Uint8Array(ID_BYTES);
  const view = new DataView(id.buffer);
  view.setUint32(0, scramble(position, ID_ORDER));
  view.setUint32(4, scramble(position, 1));
  view.setUint32(8, scramble(position, 2));
  view.setUint16(12, scramble(position, 3));
  view.setUint16(14, Math.floor(createdMsAt(position) / DAY_MS));
  return id;
}

/** Positions from `from` to below `to` in the order of their ids. */
export function positionsById(from: number, to: number): Iterable<number> {
  return sortedPositions(from, to, ID_ORDER);
}

/** Positions from `from` to below `to` in the order of `shuffled`. */
export function positionsByShuffled(from: number, to: number): Iterable<number> {
  return sortedPositions(from, to, SHUFFLED_ORDER);
}

function* sortedPositions(from: number, to: number, order: number): Generator<number> {
  const scrambled = new Uint32Array(to - from);
  for (let i = 0; i < scrambled.length; i++) scrambled[i] = scramble(from + i, order);
  for (const value of scrambled.sort()) yield unscramble(value, order);
}

// The last steps of MurmurHash3 give each number of 32 bits another one, and can be taken back.
const FACTORS = [0x85ebca6b, 0xc2b2ae35] as const;
const INVERSE_FACTORS = [0xa5cb9243, 0x7ed1b41d] as const;

function scramble(position: number, order: number): number {
  let value = position ^ Math.imul(order, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 16), FACTORS[0]);
  value = Math.imul(value ^ (value >>> 13), FACTORS[1]);
  return (value ^ (value >>> 16)) >>> 0;
}

function unscramble(scrambled: number, order: number): number {
  let value = Math.imul(scrambled ^ (scrambled >>> 16), INVERSE_FACTORS[1]);
  value = Math.imul(value ^ (value >>> 13) ^ (value >>> 26), INVERSE_FACTORS[0]);
  return (value ^ (value >>> 16) ^ Math.imul(order, 0x9e3779b1)) >>> 0;
}
