import { convexOrUndefinedToJson } from "./convex-json.ts";
import type { FieldTypeFromFieldPath, GenericDocument, GenericIndexFields } from "./data-model.ts";
import type { JSONValue, Value } from "./value-types.ts";

type PlusOne<N extends number> = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15][N];

/** Narrows an index field by field: equalities in the order of the index, then bounds on one field. */
export interface IndexRangeBuilder<
  Document extends GenericDocument,
  IndexFields extends GenericIndexFields,
  FieldNum extends number = 0,
> extends LowerBoundIndexRangeBuilder<Document, IndexFields[FieldNum]> {
  eq(
    fieldName: IndexFields[FieldNum],
    value: FieldTypeFromFieldPath<Document, IndexFields[FieldNum]>,
  ): NextIndexRangeBuilder<Document, IndexFields, FieldNum>;
}

type NextIndexRangeBuilder<
  Document extends GenericDocument,
  IndexFields extends GenericIndexFields,
  FieldNum extends number,
> =
  PlusOne<FieldNum> extends IndexFields["length"]
    ? IndexRange
    : IndexRangeBuilder<Document, IndexFields, PlusOne<FieldNum>>;

export interface LowerBoundIndexRangeBuilder<Document extends GenericDocument, IndexFieldName extends string>
  extends UpperBoundIndexRangeBuilder<Document, IndexFieldName> {
  gt(
    fieldName: IndexFieldName,
    value: FieldTypeFromFieldPath<Document, IndexFieldName>,
  ): UpperBoundIndexRangeBuilder<Document, IndexFieldName>;
  gte(
    fieldName: IndexFieldName,
    value: FieldTypeFromFieldPath<Document, IndexFieldName>,
  ): UpperBoundIndexRangeBuilder<Document, IndexFieldName>;
}

export interface UpperBoundIndexRangeBuilder<Document extends GenericDocument, IndexFieldName extends string>
  extends IndexRange {
  lt(fieldName: IndexFieldName, value: FieldTypeFromFieldPath<Document, IndexFieldName>): IndexRange;
  lte(fieldName: IndexFieldName, value: FieldTypeFromFieldPath<Document, IndexFieldName>): IndexRange;
}

/** A finished range. */
export abstract class IndexRange {
  declare private readonly _isIndexRange: true;
}

export type RangeExpressionJson = {
  readonly type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  readonly fieldPath: string;
  readonly value: JSONValue;
};

/** Collects range expressions; each step can be continued once, so that no range is built from half of another. */
export class RangeBuilder extends IndexRange {
  private readonly expressions: readonly RangeExpressionJson[];
  private used = false;

  constructor(expressions: readonly RangeExpressionJson[] = []) {
    super();
    this.expressions = expressions;
  }

  eq(fieldName: string, value: Value | undefined): RangeBuilder {
    return this.with("Eq", fieldName, value);
  }
  gt(fieldName: string, value: Value | undefined): RangeBuilder {
    return this.with("Gt", fieldName, value);
  }
  gte(fieldName: string, value: Value | undefined): RangeBuilder {
    return this.with("Gte", fieldName, value);
  }
  lt(fieldName: string, value: Value | undefined): RangeBuilder {
    return this.with("Lt", fieldName, value);
  }
  lte(fieldName: string, value: Value | undefined): RangeBuilder {
    return this.with("Lte", fieldName, value);
  }

  /** The expressions so far; ends the builder. */
  export(): readonly RangeExpressionJson[] {
    if (this.used) {
      throw new Error(
        "IndexRangeBuilder has already been used! Chain your method calls like `q => q.eq(...).eq(...)`. See https://docs.convex.dev/using/indexes",
      );
    }
    this.used = true;
    return this.expressions;
  }

  private with(type: RangeExpressionJson["type"], fieldPath: string, value: Value | undefined): RangeBuilder {
    const expression = { type, fieldPath, value: convexOrUndefinedToJson(value) };
    return new RangeBuilder([...this.export(), expression]);
  }
}

/** The expressions that an app's callback makes of an untouched range. */
export function buildRange(
  callback: ((q: RangeBuilder) => RangeBuilder) | undefined,
): readonly RangeExpressionJson[] {
  if (callback === undefined) return [];
  const range = callback(new RangeBuilder());
  return range.export();
}
