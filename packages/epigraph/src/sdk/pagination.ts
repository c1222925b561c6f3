import { v } from "./v.ts";
import type {
  VArray,
  Validator,
  VBoolean,
  VFloat64,
  VLiteral,
  VNull,
  VObject,
  VString,
  VUnion,
} from "./validators.ts";
import type { Value } from "./value-types.ts";

/** A position in the results of a query, opaque. */
export type Cursor = string;

export interface PaginationResult<T> {
  page: T[];
  /** Whether this is the last page. */
  isDone: boolean;
  continueCursor: Cursor;
  /** A position inside this page, where it could be split. */
  splitCursor?: Cursor | null;
  /** Whether the page has become too large and is better split, or is incomplete and must be. */
  pageStatus?: "SplitRecommended" | "SplitRequired" | null;
}

export interface PaginationOptions {
  /** How many documents are wanted; a page may hold more or fewer. */
  numItems: number;
  /** Null for the first page. */
  cursor: Cursor | null;
  /** Where the page ends, instead of after `numItems`. */
  endCursor?: Cursor | null;
  maximumRowsRead?: number;
  maximumBytesRead?: number;
}

type NullableStringField = VUnion<
  string | null | undefined,
  [VString<string, "required">, VNull<null, "required">],
  "optional",
  never
>;

/** For the `paginationOpts` argument of a paginated query. */
export const paginationOptsValidator: VObject<
  {
    id?: number;
    endCursor?: string | null;
    maximumRowsRead?: number;
    maximumBytesRead?: number;
    numItems: number;
    cursor: string | null;
  },
  {
    numItems: VFloat64<number, "required">;
    cursor: VUnion<string | null, [VString<string, "required">, VNull<null, "required">], "required", never>;
    endCursor: NullableStringField;
    id: VFloat64<number | undefined, "optional">;
    maximumRowsRead: VFloat64<number | undefined, "optional">;
    maximumBytesRead: VFloat64<number | undefined, "optional">;
  },
  "required",
  "id" | "numItems" | "cursor" | "endCursor" | "maximumRowsRead" | "maximumBytesRead"
> = /* @__PURE__ */ (() =>
  v.object({
    numItems: v.number(),
    cursor: v.union(v.string(), v.null()),
    endCursor: v.optional(v.union(v.string(), v.null())),
    id: v.optional(v.number()),
    maximumRowsRead: v.optional(v.number()),
    maximumBytesRead: v.optional(v.number()),
  }))();

/** For the `returns` of a paginated query whose documents fulfil `itemValidator`. */
export function paginationResultValidator<T extends Validator<Value, "required", string>>(
  itemValidator: T,
): VObject<
  {
    splitCursor?: string | null;
    pageStatus?: "SplitRecommended" | "SplitRequired" | null;
    page: T["type"][];
    continueCursor: string;
    isDone: boolean;
  },
  {
    page: VArray<T["type"][], T, "required">;
    continueCursor: VString<string, "required">;
    isDone: VBoolean<boolean, "required">;
    splitCursor: NullableStringField;
    pageStatus: VUnion<
      "SplitRecommended" | "SplitRequired" | null | undefined,
      [
        VLiteral<"SplitRecommended", "required">,
        VLiteral<"SplitRequired", "required">,
        VNull<null, "required">,
      ],
      "optional",
      never
    >;
  },
  "required",
  "page" | "continueCursor" | "isDone" | "splitCursor" | "pageStatus"
> {
  const status = v.union(v.literal("SplitRecommended"), v.literal("SplitRequired"), v.null());
  return v.object({
    page: v.array(itemValidator),
    continueCursor: v.string(),
    isDone: v.boolean(),
    splitCursor: v.optional(v.union(v.string(), v.null())),
    pageStatus: v.optional(status),
  });
}
