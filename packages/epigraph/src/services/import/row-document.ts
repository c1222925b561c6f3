import { documentKeys } from "../../database/catalogue/index-keys.ts";
import type { Table } from "../../database/catalogue/table.ts";
import { DatabaseError } from "../../database/database-error.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import { encodeId, tryDecodeId } from "../../values/id.ts";
import { checkDocument } from "../../values/limits.ts";
import { showValue } from "../../values/show.ts";
import type { ObjectValue, Value } from "../../values/value.ts";
import { ValueError } from "../../values/value-error.ts";
import { ImportError } from "./import-error.ts";
import type { ImportedRow } from "./import-source.ts";

/** What a row becomes. */
export interface RowDocument {
  readonly id: string;
  readonly internalId: Uint8Array;
  readonly value: ObjectValue;
  readonly json: string;
  readonly size: number;
}

/** Where documents go, and what they are given that bring nothing of it along. */
export interface RowTarget {
  readonly table: Table;
  readonly newInternalId: () => Uint8Array;
  readonly newCreationTimeMs: () => number;
  /** Throws for a document that the schema does not allow. */
  readonly checkSchema: (id: string, fields: ObjectValue) => void;
}

/** Makes the document of a row. @throws ImportError naming the row, or the id. */
export function rowDocument(
  { row, value: { _id: givenId, _creationTime: givenTime, ...fields } }: ImportedRow,
  { table, newInternalId, newCreationTimeMs, checkSchema }: RowTarget,
): RowDocument {
  const internalId = givenId === undefined ? newInternalId() : readId(table, givenId);
  const id = givenId === undefined ? encodeId(table.number, internalId) : (givenId as string);
  const creationTime = givenTime ?? newCreationTimeMs();
  if (typeof creationTime !== "number") {
    throw new ImportError(
      "InvalidImport",
      `Row ${row} wasn't a valid Convex value: _creationTime must be a Float64, not ${showValue(creationTime)}`,
    );
  }
  try {
    // The order in which most are stored: less is left to be sorted.
    const value: ObjectValue = { _creationTime: creationTime, _id: id, ...fields };
    const { size } = checkDocument(value);
    checkSchema(id, fields);
    return { id, internalId, value, json: encodeValueToString(value), size };
  } catch (error) {
    if (error instanceof ValueError) {
      throw new ImportError("InvalidImport", `Row ${row} wasn't a valid Convex value: ${error.message}`);
    }
    if (error instanceof DatabaseError) throw new ImportError("InvalidImport", error.message);
    throw error;
  }
}

/** The keys of a document in all indexes of its table, in their order. */
export function rowKeys(table: Table, { value, internalId }: RowDocument): readonly Uint8Array[] {
  return documentKeys(table, value, internalId);
}

export function duplicateId(table: string): ImportError {
  return new ImportError("DuplicateId", `Objects in table "${table}" have duplicate _id fields`);
}

function readId({ name, number }: Table, givenId: Value): Uint8Array {
  const decoded = typeof givenId === "string" ? tryDecodeId(givenId) : null;
  if (decoded === null) throw new ImportError("InvalidId", `invalid _id '${String(givenId)}'`);
  if (decoded.tableNumber === number) return decoded.internalId;
  throw new ImportError(
    "ImportConflict",
    `_id ${String(givenId)} cannot be imported into '${name}' because it came from a different deployment. Remove the ids, or import all tables at once.`,
  );
}
