import type { GenericDocument } from "./data-model.ts";
import type { BetterOmit, Expand } from "./type-utils.ts";
import type { GenericId } from "./value-types.ts";

/** Milliseconds since the epoch, with a fraction. */
export type SystemFields = { _creationTime: number };
export type IdField<TableName extends string> = { _id: GenericId<TableName> };

export type WithoutSystemFields<Document extends GenericDocument> = Expand<
  BetterOmit<Document, keyof SystemFields | "_id">
>;
export type WithOptionalSystemFields<Document extends GenericDocument> = Expand<
  WithoutSystemFields<Document> & Partial<Pick<Document, keyof SystemFields | "_id">>
>;

/** The indexes that every table has. */
export type SystemIndexes = { by_id: ["_id"]; by_creation_time: ["_creationTime"] };
/** The field that ends every index. */
export type IndexTiebreakerField = "_creationTime";
