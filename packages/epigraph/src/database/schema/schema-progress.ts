/** How far the slow part of a push has come, told after each page. */
export type SchemaProgress = DocumentsChecked | IndexFilled;

/** Documents of one table that match the new schema. */
export interface DocumentsChecked extends PartDone {
  readonly step: "checkingDocuments";
}

/** Documents of one table that a new index holds. */
export interface IndexFilled extends PartDone {
  readonly step: "fillingIndex";
  readonly index: string;
}

interface PartDone {
  readonly table: string;
  readonly documents: number;
  /** From 0 to 1. No table knows its size, but ids are random: how far they have been walked tells how much is done. */
  readonly share: number;
}

export type SchemaProgressListener = (progress: SchemaProgress) => void;

const SPACE = 2 ** 32;

/** The part of all ids of a table that lies before one of them. */
export function shareOfIds(internalId: Uint8Array): number {
  return new DataView(internalId.buffer, internalId.byteOffset).getUint32(0) / SPACE;
}
