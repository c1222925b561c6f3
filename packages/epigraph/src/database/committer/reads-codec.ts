import type { IndexReads, KeyRange } from "../commit-request.ts";
import type { PayloadReader } from "./frame-reader.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { isPoint } from "./key-text.ts";

const RANGE_OPEN = 0;
const RANGE_POINT = 1;
const RANGE_BOUNDED = 2;

/** Writes what a transaction has read. */
export function writeReads(writer: FrameWriter, reads: readonly IndexReads[]): void {
  writer.integer(reads.length);
  for (const { index, ranges } of reads) {
    writer.integer(index);
    writer.integer(ranges.length);
    for (const range of ranges) writeRange(writer, range);
  }
}

/** The keys are views of the frame: valid as long as the payload is. */
export function readReads(reader: PayloadReader): IndexReads[] {
  const reads: IndexReads[] = [];
  for (let left = reader.integer(); left > 0; left--) {
    const index = reader.integer();
    const ranges: KeyRange[] = [];
    for (let more = reader.integer(); more > 0; more--) ranges.push(readRange(reader));
    reads.push({ index, ranges });
  }
  return reads;
}

function writeRange(writer: FrameWriter, range: KeyRange): void {
  const { start, end } = range;
  const kind = end === null ? RANGE_OPEN : isPoint(range) ? RANGE_POINT : RANGE_BOUNDED;
  writer.byte(kind);
  writer.bytes(start);
  if (kind === RANGE_BOUNDED) writer.bytes(end!);
}

function readRange(reader: PayloadReader): KeyRange {
  const kind = reader.byte();
  const start = reader.bytes();
  if (kind === RANGE_OPEN) return { start, end: null };
  if (kind === RANGE_BOUNDED) return { start, end: reader.bytes() };
  const end = new Uint8Array(start.length + 1);
  end.set(start);
  return { start, end };
}
