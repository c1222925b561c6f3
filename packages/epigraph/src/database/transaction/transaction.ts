import type { BackfillEntry, Snapshot } from "../../store/store.ts";
import { millisecondsFromTicks, ticksFromMilliseconds } from "../../store/ticks.ts";
import { decodePatchValue, decodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import { decodeId, encodeId, makeInternalId, tryDecodeId } from "../../values/id.ts";
import { checkDocument, checkSize } from "../../values/limits.ts";
import { showValue } from "../../values/show.ts";
import { valueSize } from "../../values/size.ts";
import { isPlainObject, type JSONValue, type ObjectValue } from "../../values/value.ts";
import { ValueError } from "../../values/value-error.ts";
import type { Catalogue, TableInfo } from "../catalogue/catalogue.ts";
import { CATALOGUE_TABLES } from "../catalogue/system-tables.ts";
import type { CommitRequest, TransactionWrite } from "../commit-request.ts";
import { DatabaseError, invalidArgument } from "../database-error.ts";
import type { ScanSpace } from "../query/range-scan.ts";
import { createTable } from "./create-table.ts";
import { documentKeys } from "./document-keys.ts";
import { enforceSchema } from "./enforce-schema.ts";
import { DEFAULT_LIMITS, type TransactionLimits, Usage } from "./limits.ts";
import { ReadSet } from "./read-set.ts";
import { type PendingWrite, WriteBuffer } from "./write-buffer.ts";

export interface TransactionOptions {
  readonly snapshot: Snapshot;
  readonly catalogue: Catalogue;
  /** Wall clock in ms when the transaction began. */
  readonly nowMs: number;
  readonly random: (bytes: number) => Uint8Array;
  readonly limits?: TransactionLimits;
  /** The host itself: may touch system tables, is not limited. */
  readonly system?: boolean;
}

/** A document as reads give it: text, not parsed. */
export interface ReadDocument {
  readonly json: string;
  readonly table: TableInfo;
}

/**
 * One run against one snapshot: reads see the snapshot and the run's own writes; writes wait for the committer.
 * Entirely synchronous. Nested calls share it through `mark` and `rollback`.
 */
export class Transaction implements ScanSpace {
  readonly snapshot: Snapshot;
  readonly writes: WriteBuffer = new WriteBuffer();
  readonly reads: ReadSet = new ReadSet();
  readonly usage: Usage | null;
  readonly system: boolean;
  readonly #beginCatalogue: Catalogue;
  readonly #random: (bytes: number) => Uint8Array;
  readonly #nowMs: number;
  readonly #backfill: BackfillEntry[] = [];
  #catalogue: Catalogue;
  #nextCreationTime: number | null = null;

  constructor(options: TransactionOptions) {
    this.snapshot = options.snapshot;
    this.#beginCatalogue = options.catalogue;
    this.#catalogue = options.catalogue;
    this.#random = options.random;
    this.#nowMs = options.nowMs;
    this.system = options.system === true;
    this.usage = this.system ? null : new Usage(options.limits ?? DEFAULT_LIMITS);
  }

  /** The catalogue as this transaction sees it, with tables it created. */
  get catalogue(): Catalogue {
    return this.#catalogue;
  }

  /** The document with this id, or null. @throws DatabaseError for what is no id, or the id of another table. */
  get(id: string, method: string, tableName?: string): ReadDocument | null {
    const target = this.#target(id, method, tableName);
    if (target === null) return null;
    const pending = this.writes.get(id);
    if (pending !== undefined) {
      if (pending.document === null) return null;
      this.usage?.read(pending.document.size);
      return { json: pending.document.json, table: target.table };
    }
    this.reads.addPoint(target.table.byId.indexId, target.internalId);
    this.usage?.checkRanges(this.reads.recorded);
    const stored = this.snapshot.get(target.table.byId.indexId, target.internalId);
    if (stored === null) return null;
    this.usage?.read(stored.size);
    return { json: stored.json, table: target.table };
  }

  insert(tableName: string, valueJson: JSONValue): string {
    const method = "db.insert";
    const value = this.#objectValue(() => decodeValue(valueJson), method);
    const table = this.#tableForInsert(tableName, method);
    if (value["_id"] !== undefined) {
      throw new DatabaseError(
        "InvalidIdError",
        `Provided document ID "${encodeId(table.number, makeInternalId(this.#random, this.#nowMs))}" doesn't match '_id' field ${showValue(value["_id"])}`,
      );
    }
    const creationTime = this.#takeCreationTime();
    if (value["_creationTime"] !== undefined && value["_creationTime"] !== creationTime) {
      throw new DatabaseError(
        "InvalidCreationTimeError",
        `Provided creation time ${creationTime} doesn't match '_creationTime' field in ${showValue(value)}`,
      );
    }
    const id = encodeId(table.number, makeInternalId(this.#random, this.#nowMs));
    this.#write(table, id, { ...value, _creationTime: creationTime, _id: id }, null, []);
    return id;
  }

  /** Shallow merge; fields that are `{"$undefined": null}` go away. Gives the new document's text. */
  patch(id: string, patchJson: JSONValue, tableName?: string): string {
    const method = "db.patch";
    const current = this.#existing(id, method, "Update", tableName);
    const patch = this.#objectValue(() => decodePatchValue(patchJson), method);
    const merged: ObjectValue = { ...current.value, ...patch };
    if (patch["_id"] === undefined) merged["_id"] = current.value["_id"];
    if (patch["_creationTime"] === undefined) merged["_creationTime"] = current.value["_creationTime"];
    return this.#replaceDocument(current, merged);
  }

  replace(id: string, valueJson: JSONValue, tableName?: string): string {
    const method = "db.replace";
    const current = this.#existing(id, method, "Replace", tableName);
    const value = this.#objectValue(() => decodeValue(valueJson), method);
    return this.#replaceDocument(current, {
      ...value,
      _id: value["_id"] ?? current.value["_id"],
      _creationTime: value["_creationTime"] ?? current.value["_creationTime"],
    });
  }

  /** Gives the text of the document that is gone. */
  delete(id: string, tableName?: string): string {
    const current = this.#existing(id, "db.delete", "Delete", tableName);
    this.usage?.write(0);
    this.writes.put({
      table: current.table,
      id,
      previous: current.pending.previous,
      previousKeys: current.pending.previousKeys,
      document: null,
    });
    return current.json;
  }

  /** Adds an index entry for a document as it stands in the snapshot (index backfill). */
  addBackfill(entry: BackfillEntry): void {
    this.#backfill.push(entry);
  }

  /** Makes the table with its system indexes if it is not there. */
  ensureTable(name: string): TableInfo {
    const existing = this.#catalogue.table(name);
    if (existing !== null) return existing;
    const table = createTable(this, this.#catalogue, name);
    this.#catalogue = this.#catalogue.withTable(table);
    return table;
  }

  /** Inserts a row of the host's own into a system table. */
  insertSystem(tableName: string, row: Readonly<Record<string, JSONValue>>): string {
    const table = this.#catalogue.table(tableName) as TableInfo;
    const id = encodeId(table.number, makeInternalId(this.#random, this.#nowMs));
    const value = decodeValue(row as JSONValue) as ObjectValue;
    this.#put(table, id, { ...value, _creationTime: this.#takeCreationTime(), _id: id }, null, []);
    return id;
  }

  mark(): { readonly writes: number; readonly catalogue: Catalogue } {
    return { writes: this.writes.mark(), catalogue: this.#catalogue };
  }

  /** Takes back all writes since the mark; reads stay recorded. */
  rollback(mark: { readonly writes: number; readonly catalogue: Catalogue }): void {
    this.writes.rollback(mark.writes);
    this.#catalogue = mark.catalogue;
  }

  /** What the committer needs, or null when nothing was written. */
  toCommitRequest(source: string, notify: CommitRequest["notify"] = null): CommitRequest | null {
    const writes: TransactionWrite[] = [];
    let changesCatalogue = false;
    for (const write of this.writes.all()) {
      if (write.previous === null && write.document === null) continue;
      if (CATALOGUE_TABLES.has(write.table.tableId)) changesCatalogue = true;
      writes.push(toTransactionWrite(write));
    }
    if (writes.length === 0 && this.#backfill.length === 0) return null;
    return {
      snapshotTs: this.snapshot.ts,
      catalogueTs: this.#beginCatalogue.ts,
      reads: this.reads.merged(),
      writes,
      backfill: this.#backfill,
      changesCatalogue,
      source,
      notify,
    };
  }

  #target(
    id: string,
    method: string,
    tableName: string | undefined,
  ): { table: TableInfo; internalId: Uint8Array } | null {
    let decoded: ReturnType<typeof decodeId>;
    try {
      decoded = decodeId(id);
    } catch (error) {
      throw invalidArgument("id", method, (error as Error).message);
    }
    const table = this.#catalogue.tableByNumber(decoded.tableNumber);
    if (table === null || (table.system && !this.system)) return null;
    if (tableName !== undefined && tableName !== table.name) {
      throw invalidArgument(
        "id",
        method,
        `expected to be an Id<"${tableName}">, got Id<"${table.name}"> instead.`,
      );
    }
    return { table, internalId: decoded.internalId };
  }

  /** The document a write is about, loaded like a `get`, so that it becomes a dependency. */
  #existing(id: string, method: string, verb: string, tableName: string | undefined): Existing {
    const target = this.#target(id, method, tableName);
    if (target === null) throw invalidArgument("id", method, `Table for ID "${id}" not found`);
    const found = this.get(id, method, tableName);
    if (found === null)
      throw new DatabaseError("NonexistentDocument", `${verb} on nonexistent document ID ${id}`);
    const value = decodeValue(JSON.parse(found.json) as JSONValue) as ObjectValue;
    const pending = this.writes.get(id);
    if (pending !== undefined) return { table: target.table, id, value, json: found.json, pending };
    const previous = this.snapshot.get(target.table.byId.indexId, target.internalId);
    return {
      table: target.table,
      id,
      value,
      json: found.json,
      pending: { previous, previousKeys: documentKeys(target.table, value) },
    };
  }

  #replaceDocument(current: Existing, next: ObjectValue): string {
    if (next["_id"] !== current.id) {
      throw new DatabaseError(
        "InvalidIdError",
        `Provided document ID "${current.id}" doesn't match '_id' field ${showValue(next["_id"])}`,
      );
    }
    if (next["_creationTime"] !== current.value["_creationTime"]) {
      throw new DatabaseError(
        "InvalidCreationTimeError",
        `Provided creation time ${showValue(current.value["_creationTime"])} doesn't match '_creationTime' field in ${showValue(next)}`,
      );
    }
    // A change that changes nothing is no write: no new version, nobody is woken.
    const json = encodeValueToString(next);
    if (json === current.json) return json;
    return this.#write(
      current.table,
      current.id,
      next,
      current.pending.previous,
      current.pending.previousKeys,
    );
  }

  #write(
    table: TableInfo,
    id: string,
    value: ObjectValue,
    previous: PendingWrite["previous"],
    previousKeys: readonly Uint8Array[],
  ): string {
    if (!this.system) {
      checkDocument(value);
      enforceSchema(this.#catalogue, table.name, value);
    }
    return this.#put(table, id, value, previous, previousKeys);
  }

  #put(
    table: TableInfo,
    id: string,
    value: ObjectValue,
    previous: PendingWrite["previous"],
    previousKeys: readonly Uint8Array[],
  ): string {
    const size = valueSize(value);
    if (this.system) checkSize(size);
    this.usage?.write(size);
    const json = encodeValueToString(value);
    this.writes.put({
      table,
      id,
      previous,
      previousKeys,
      document: { value, json, size, keys: documentKeys(table, value) },
    });
    return json;
  }

  #tableForInsert(name: string, method: string): TableInfo {
    if (name.startsWith("_") && !this.system) {
      throw new DatabaseError(
        "InvalidTableName",
        `Invalid table name ${name} starts with metadata prefix '_'`,
      );
    }
    try {
      return this.ensureTable(name);
    } catch (error) {
      if (error instanceof ValueError) throw invalidArgument("table", method, error.message);
      throw error;
    }
  }

  #objectValue(decode: () => unknown, method: string): ObjectValue {
    let value: unknown;
    try {
      value = decode();
    } catch (error) {
      if (error instanceof ValueError)
        throw new DatabaseError(error.code, invalidArgument("value", method, error.message).message);
      throw error;
    }
    if (!isPlainObject(value)) throw invalidArgument("value", method, "Value must be an Object");
    return value as ObjectValue;
  }

  /** The first insert takes the later of clock and newest commit, each further one the next representable double. */
  #takeCreationTime(): number {
    const time =
      this.#nextCreationTime ??
      Math.max(
        this.#nowMs,
        millisecondsFromTicks(Math.max(this.snapshot.ts + 1, ticksFromMilliseconds(this.#nowMs))),
      );
    this.#nextCreationTime = nextDouble(time);
    return time;
  }
}

interface Existing {
  readonly table: TableInfo;
  readonly id: string;
  readonly value: ObjectValue;
  readonly json: string;
  readonly pending: Pick<PendingWrite, "previous" | "previousKeys">;
}

const float = new Float64Array(1);
const bits = new BigUint64Array(float.buffer);

function nextDouble(value: number): number {
  float[0] = value;
  bits[0] = (bits[0] as bigint) + 1n;
  return float[0] as number;
}

function toTransactionWrite(write: PendingWrite): TransactionWrite {
  const { table, previous, previousKeys, document } = write;
  const touched = [];
  const changes = [];
  for (let i = 0; i < table.indexes.length; i++) {
    const index = (table.indexes[i] as { indexId: number }).indexId;
    const before = previous === null ? null : (previousKeys[i] as Uint8Array);
    const after = document === null ? null : (document.keys[i] as Uint8Array);
    const same = before !== null && after !== null && Buffer.compare(before, after) === 0;
    if (before !== null) touched.push({ index, key: before });
    if (after !== null && !same) touched.push({ index, key: after });
    if (!same) changes.push({ index, remove: before, add: after });
  }
  return {
    tableId: table.tableId,
    tableName: table.name,
    documentId: write.id,
    previous: previous === null ? null : { row: previous.row, ts: previous.ts },
    json: document?.json ?? null,
    size: document?.size ?? 0,
    indexes: changes,
    touched,
  };
}

/** Canonical id text when it belongs to that table, else null; existence does not matter. */
export function normalizeId(catalogue: Catalogue, tableName: string, text: string): string | null {
  const decoded = tryDecodeId(text);
  const table = catalogue.table(tableName);
  return decoded !== null && table !== null && decoded.tableNumber === table.number ? text : null;
}
