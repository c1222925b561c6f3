import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { DatabaseError } from "../database-error.ts";

/** Where a page ends: after an index key, or at the end of everything. */
export type Position = { readonly after: Uint8Array } | "end";

const FINGERPRINT_BYTES = 16;
const MAC_BYTES = 16;
const KIND_AFTER = 1;
const KIND_END = 2;

/** What makes two queries the same for a cursor: the query without its cursor, and the fields of its index. */
export function queryFingerprint(queryJson: string, indexFields: readonly string[]): Uint8Array {
  return createHash("sha256")
    .update(`${queryJson}\0${indexFields.join(",")}`)
    .digest()
    .subarray(0, FINGERPRINT_BYTES);
}

/** Opaque cursors: authenticated by a key of the deployment, equal for equal positions, valid after restarts. */
export class CursorCodec {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  encode(position: Position, fingerprint: Uint8Array): string {
    const body =
      position === "end"
        ? Buffer.concat([Buffer.of(KIND_END), fingerprint])
        : Buffer.concat([Buffer.of(KIND_AFTER), fingerprint, position.after]);
    return Buffer.concat([this.#mac(body), body]).toString("base64url");
  }

  /** @throws DatabaseError `InvalidCursor` when the text is not a cursor of ours, or one of another query. */
  decode(text: string, fingerprint: Uint8Array): Position {
    const bytes = Buffer.from(text, "base64url");
    const body = bytes.subarray(MAC_BYTES);
    if (
      body.length < 1 + FINGERPRINT_BYTES ||
      !timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.#mac(body))
    ) {
      throw new DatabaseError("InvalidCursor", "Failed to parse cursor");
    }
    if (!body.subarray(1, 1 + FINGERPRINT_BYTES).equals(fingerprint)) {
      throw new DatabaseError(
        "InvalidCursor",
        "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
        { isConvexSystemError: true, paginationError: "InvalidCursor" },
      );
    }
    return body[0] === KIND_END ? "end" : { after: Uint8Array.from(body.subarray(1 + FINGERPRINT_BYTES)) };
  }

  #mac(body: Uint8Array): Uint8Array {
    return createHmac("sha256", this.#key).update(body).digest().subarray(0, MAC_BYTES);
  }
}
