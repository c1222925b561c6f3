import { decodeValueOrUndefined, WITH_COMMIT_TS } from "../../values/encoded-json.ts";
import { encodeId, INTERNAL_ID_LENGTH } from "../../values/id.ts";
import { decodeKey } from "../../values/index-key-decode.ts";
import { showValue } from "../../values/show.ts";
import type { Table } from "../catalogue/table.ts";
import type { QuerySource } from "./query-plan.ts";

const OPERATORS = { Eq: "==", Gt: ">", Gte: ">=", Lt: "<", Lte: "<=" } as const;
const MAX_LENGTH = 200;

/**
 * The bounds of a range as they were asked for, and the places of a page in it, with values as error texts print them:
 * `channel == "general", _creationTime > 5.0`. Empty for a whole index.
 */
export function showBounds({ table, expressions, page }: QuerySource): string {
  const bounds = expressions.map(({ type, fieldPath, value: json }) => {
    const value = decodeValueOrUndefined(json, WITH_COMMIT_TS);
    return `${fieldPath} ${OPERATORS[type]} ${showValue(value)}`;
  });
  if (page !== null && page.after !== null) bounds.push(`after ${showKey(table, page.after)}`);
  if (page !== null && page.until !== null) bounds.push(`up to ${showKey(table, page.until)}`);
  const text = bounds.join(", ");
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`;
}

/** The parts of an index key, the id last: `("general", 1700000000000.5, "j57…")`. */
function showKey(table: Table, key: Uint8Array): string {
  const idAt = key.length - INTERNAL_ID_LENGTH;
  const parts = [...decodeKey(key.subarray(0, idAt)), encodeId(table.number, key.subarray(idAt))];
  return `(${parts.map(showValue).join(", ")})`;
}
