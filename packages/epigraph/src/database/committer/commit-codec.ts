import type { BackfillEntry, IndexChange } from "../../store/store.ts";
import type { CommitOutcome, CommitRequest, TouchedKey, TransactionWrite } from "../commit-request.ts";
import type { PayloadReader } from "./frame-reader.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { readReads, writeReads } from "./reads-codec.ts";

// Between processes of one installation: the format has no versions, both ends are always the same code.

const CHANGES_CATALOGUE = 1;
const HAS_NOTIFY = 2;
const HAS_RETRY = 4;

/** Turns are numbered from one. */
const NO_TURN = 0;

const HAS_PREVIOUS = 1;
const HAS_JSON = 2;
const HAS_COMMIT_TS = 4;

const REMOVES = 1;
const ADDS = 2;

const OUTCOMES = ["committed", "conflict", "failed"] as const;
const FAILURES = ["StoreFull", "WriteRefused", "StoreBroken", "ShuttingDown"] as const;

export function writeRequest(writer: FrameWriter, request: CommitRequest): void {
  const { notify, retry } = request;
  writer.byte(
    (request.changesCatalogue ? CHANGES_CATALOGUE : 0) |
      (notify === null ? 0 : HAS_NOTIFY) |
      (retry === null ? 0 : HAS_RETRY),
  );
  writer.integer(request.snapshotTs);
  writer.integer(request.catalogueTs);
  writer.text(request.source);
  if (notify !== null) {
    writer.integer(notify.job);
    writer.text(notify.answer);
  }
  if (retry !== null) {
    writer.integer(retry.losses);
    writer.integer(retry.turn ?? NO_TURN);
  }
  writeReads(writer, request.reads);
  writer.integer(request.writes.length);
  for (const write of request.writes) writeWrite(writer, write);
  writer.integer(request.backfill.length);
  for (const { index, key, row, ts } of request.backfill) {
    writer.integer(index);
    writer.bytes(key);
    writer.integer(row);
    writer.integer(ts);
  }
}

/** The keys are views of the frame: valid as long as the payload is. */
export function readRequest(reader: PayloadReader): CommitRequest {
  const flags = reader.byte();
  const request: CommitRequest = {
    snapshotTs: reader.integer(),
    catalogueTs: reader.integer(),
    source: reader.text(),
    notify: (flags & HAS_NOTIFY) === 0 ? null : { job: reader.integer(), answer: reader.text() },
    retry: (flags & HAS_RETRY) === 0 ? null : { losses: reader.integer(), turn: readTurn(reader) },
    reads: readReads(reader),
    writes: readList(reader, readWrite),
    backfill: readList(reader, readBackfill),
    changesCatalogue: (flags & CHANGES_CATALOGUE) !== 0,
  };
  reader.expectEnd();
  return request;
}

export function writeOutcome(writer: FrameWriter, outcome: CommitOutcome): void {
  writer.byte(OUTCOMES.indexOf(outcome.type));
  switch (outcome.type) {
    case "committed":
      writer.integer(outcome.ts);
      return;
    case "conflict":
      writer.integer(outcome.after);
      writeOptionalText(writer, outcome.table);
      writeOptionalText(writer, outcome.documentId);
      writeOptionalText(writer, outcome.source);
      writer.text(outcome.contention);
      writer.integer(outcome.turn ?? NO_TURN);
      return;
    case "failed":
      writer.byte(FAILURES.indexOf(outcome.code));
      writer.text(outcome.message);
  }
}

export function readOutcome(reader: PayloadReader): CommitOutcome {
  const type = OUTCOMES[reader.byte()];
  switch (type) {
    case "committed":
      return { type, ts: reader.integer() };
    case "conflict":
      return {
        type,
        after: reader.integer(),
        table: readOptionalText(reader),
        documentId: readOptionalText(reader),
        source: readOptionalText(reader),
        contention: reader.text(),
        turn: readTurn(reader),
      };
    case "failed":
      return { type, code: FAILURES[reader.byte()]!, message: reader.text() };
    default:
      throw new RangeError("an outcome is of no known type");
  }
}

function writeWrite(writer: FrameWriter, write: TransactionWrite): void {
  const { previous, json, commitTsOffsets } = write;
  writer.byte(
    (previous === null ? 0 : HAS_PREVIOUS) |
      (json === null ? 0 : HAS_JSON) |
      (commitTsOffsets === null ? 0 : HAS_COMMIT_TS),
  );
  writer.integer(write.tableId);
  writer.text(write.tableName);
  writer.text(write.documentId);
  writer.integer(write.size);
  if (previous !== null) {
    writer.integer(previous.row);
    writer.integer(previous.ts);
  }
  if (json !== null) writer.text(json);
  // Most touched keys are keys that move, as the very same object: they are sent once.
  const sent: Uint8Array[] = [];
  writer.integer(write.indexes.length);
  for (const { index, remove, add } of write.indexes) {
    writer.byte((remove === null ? 0 : REMOVES) | (add === null ? 0 : ADDS));
    writer.integer(index);
    for (const key of [remove, add]) {
      if (key === null) continue;
      writer.bytes(key);
      sent.push(key);
    }
  }
  writer.integer(write.touched.length);
  for (const { index, key } of write.touched) {
    writer.integer(index);
    const place = sent.indexOf(key) + 1;
    writer.integer(place);
    if (place === 0) writer.bytes(key);
  }
  if (commitTsOffsets === null) return;
  writer.integer(commitTsOffsets.length);
  for (const offsets of commitTsOffsets) {
    writer.integer(offsets.length);
    for (const offset of offsets) writer.integer(offset);
  }
}

function readWrite(reader: PayloadReader): TransactionWrite {
  const flags = reader.byte();
  const tableId = reader.integer();
  const tableName = reader.text();
  const documentId = reader.text();
  const size = reader.integer();
  const previous = (flags & HAS_PREVIOUS) === 0 ? null : { row: reader.integer(), ts: reader.integer() };
  const json = (flags & HAS_JSON) === 0 ? null : reader.text();
  const sent: Uint8Array[] = [];
  const readSent = (): Uint8Array => {
    const key = reader.bytes();
    sent.push(key);
    return key;
  };
  const indexes = readList(reader, (): IndexChange => {
    const keys = reader.byte();
    return {
      index: reader.integer(),
      remove: (keys & REMOVES) === 0 ? null : readSent(),
      add: (keys & ADDS) === 0 ? null : readSent(),
    };
  });
  const touched = readList(reader, (): TouchedKey => {
    const index = reader.integer();
    const place = reader.integer();
    return { index, key: place === 0 ? reader.bytes() : sent[place - 1]! };
  });
  const commitTsOffsets =
    (flags & HAS_COMMIT_TS) === 0 ? null : readList(reader, () => readList(reader, () => reader.integer()));
  return { tableId, tableName, documentId, size, previous, json, indexes, touched, commitTsOffsets };
}

function readBackfill(reader: PayloadReader): BackfillEntry {
  return { index: reader.integer(), key: reader.bytes(), row: reader.integer(), ts: reader.integer() };
}

function readList<T>(reader: PayloadReader, readItem: (reader: PayloadReader) => T): T[] {
  const length = reader.integer();
  const items: T[] = [];
  for (let i = 0; i < length; i++) items.push(readItem(reader));
  return items;
}

function readTurn(reader: PayloadReader): number | null {
  const turn = reader.integer();
  return turn === NO_TURN ? null : turn;
}

function writeOptionalText(writer: FrameWriter, text: string | null): void {
  writer.byte(text === null ? 0 : 1);
  if (text !== null) writer.text(text);
}

function readOptionalText(reader: PayloadReader): string | null {
  return reader.byte() === 0 ? null : reader.text();
}
