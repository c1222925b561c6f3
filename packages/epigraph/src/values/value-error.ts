/** Machine codes of everything that can be wrong with a value, a name, an id or a validator. */
export type ValueErrorCode =
  | "ArrayTooLong"
  | "IndexFieldNameReserved"
  | "IndexFieldsContainCreationTime"
  | "IndexFieldsContainId"
  | "IndexNameReserved"
  | "InvalidArgument"
  | "InvalidDocumentError"
  | "InvalidFieldName"
  | "InvalidIdentifier"
  | "InvalidIndexField"
  | "InvalidIndexName"
  | "InvalidRecordType"
  | "InvalidTableName"
  | "InvalidTopLevelTypeInSchemaError"
  | "InvalidValidator"
  | "InvalidValue"
  | "TableNameReserved"
  | "TooManyFieldsError"
  | "TooNestedError"
  | "UnsupportedFloatLiteral"
  | "ValueTooLargeError";

/**
 * The developer's or the client's data breaks a rule of the value layer. `message` is complete and meant for them;
 * `code` is stable and travels beside it.
 */
export class ValueError extends Error {
  override readonly name = "ValueError";
  readonly code: ValueErrorCode;

  constructor(code: ValueErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
