import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from "node:crypto";
import { DatabaseError } from "../database-error.ts";

/** Where a page ends: behind an index key, or at the end of the whole query. */
export type PagePosition = { readonly after: Uint8Array } | "end";

const FINGERPRINT_BYTES = 16;
const TAG_BYTES = 16;
const KIND_AFTER = 1;
const KIND_END = 2;

/** What makes two queries one for a cursor: the query as it was sent, and the fields of the index it runs on. */
export function queryFingerprint(query: unknown, indexFields: readonly string[]): Uint8Array {
  const text = JSON.stringify([query, indexFields]);
  return createHash("sha256").update(text).digest().subarray(0, FINGERPRINT_BYTES);
}

/**
 * Writes and reads the cursors of pages. They hold index keys, which are data of the app, so they are encrypted; they
 * must be equal for equal positions, because clients compare them, so the tag is made of the plain text and serves as
 * the nonce (the construction of SIV): equal cursors are all that two texts can show.
 */
export class PageCursors {
  readonly #tagKey: Uint8Array;
  readonly #encryptionKey: Uint8Array;

  /** @param secret at least 32 bytes, the same in every process of the deployment and after restarts. */
  constructor(secret: Uint8Array) {
    const derive = (purpose: string): Uint8Array => createHmac("sha256", secret).update(purpose).digest();
    this.#tagKey = derive("epigraph page cursor tag");
    this.#encryptionKey = derive("epigraph page cursor encryption");
  }

  encode(position: PagePosition, fingerprint: Uint8Array): string {
    const plain =
      position === "end"
        ? Buffer.concat([Buffer.of(KIND_END), fingerprint])
        : Buffer.concat([Buffer.of(KIND_AFTER), fingerprint, position.after]);
    const tag = this.#tag(plain);
    const cipher = createCipheriv("aes-256-ctr", this.#encryptionKey, tag);
    return Buffer.concat([tag, cipher.update(plain)]).toString("base64url");
  }

  /** @throws DatabaseError `InvalidCursor`: not a cursor of this deployment, or one of another query. */
  decode(cursor: string, fingerprint: Uint8Array): PagePosition {
    const plain = this.#decrypt(cursor);
    if (plain === null) throw new DatabaseError("InvalidCursor", "Failed to parse cursor");
    if (!plain.subarray(1, 1 + FINGERPRINT_BYTES).equals(fingerprint)) {
      throw new DatabaseError(
        "InvalidCursor",
        "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
        { data: { isConvexSystemError: true, paginationError: "InvalidCursor" } },
      );
    }
    return plain[0] === KIND_END ? "end" : { after: new Uint8Array(plain.subarray(1 + FINGERPRINT_BYTES)) };
  }

  #decrypt(cursor: string): Buffer | null {
    const bytes = Buffer.from(cursor, "base64url");
    // The decoder overlooks strange characters; a cursor has one spelling.
    if (bytes.length < TAG_BYTES + 1 + FINGERPRINT_BYTES || bytes.toString("base64url") !== cursor)
      return null;
    const tag = bytes.subarray(0, TAG_BYTES);
    const decipher = createDecipheriv("aes-256-ctr", this.#encryptionKey, tag);
    const plain = decipher.update(bytes.subarray(TAG_BYTES));
    return timingSafeEqual(tag, this.#tag(plain)) ? plain : null;
  }

  #tag(plain: Uint8Array): Buffer {
    return createHmac("sha256", this.#tagKey).update(plain).digest().subarray(0, TAG_BYTES);
  }
}
