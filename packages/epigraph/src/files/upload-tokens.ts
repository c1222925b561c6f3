import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { EpigraphError } from "../errors/epigraph-error.ts";

/** How long a token is good for, as often as one likes. */
export const UPLOAD_TOKEN_MS: number = 60 * 60 * 1000;

const VERSION = 1;
const SECRET_LABEL = "epigraph upload token 1\n";
const DEPLOYMENT_LABEL = "epigraph deployment 1\n";
const DEPLOYMENT_BYTES = 8;
const TIME_BYTES = 6;
const MAC_BYTES = 32;
const CHECKSUM_BYTES = 4;
const HEAD_BYTES = 1 + DEPLOYMENT_BYTES + TIME_BYTES;
const TOKEN = /^[A-Za-z0-9_-]+$/;

/**
 * Makes and checks the tokens of upload URLs, of which nothing is stored. A token is base64url of: version (1 byte), a
 * name that the secret gives the deployment (8), the time of issue in milliseconds (6), the path of the component; the
 * HMAC of all that under the secret (32); and the beginning of its digest (4), so that damage is told from a token
 * that another deployment made.
 */
export class UploadTokens {
  readonly #key: Buffer;
  readonly #deployment: Buffer;

  /** @param secret 32 random bytes that only this deployment knows. */
  constructor(secret: Uint8Array) {
    this.#key = createHmac("sha256", secret).update(SECRET_LABEL).digest();
    this.#deployment = createHmac("sha256", secret)
      .update(DEPLOYMENT_LABEL)
      .digest()
      .subarray(0, DEPLOYMENT_BYTES);
  }

  /** @param component the files are for, `""` for the app. */
  create(component: string, nowMs: number): string {
    const head = Buffer.alloc(HEAD_BYTES);
    head[0] = VERSION;
    this.#deployment.copy(head, 1);
    head.writeUIntBE(Math.floor(nowMs), 1 + DEPLOYMENT_BYTES, TIME_BYTES);
    const body = Buffer.concat([head, Buffer.from(component)]);
    const signed = Buffer.concat([body, this.#mac(body)]);
    return Buffer.concat([signed, checksum(signed)]).toString("base64url");
  }

  /**
   * @returns the component that a file sent with the token is for.
   * @throws EpigraphError `StorageTokenInvalid`, `InvalidStorageToken` or `StorageTokenExpired`
   */
  check(token: string, nowMs: number): string {
    const bytes = TOKEN.test(token) ? Buffer.from(token, "base64url") : Buffer.alloc(0);
    const signed = bytes.subarray(0, -CHECKSUM_BYTES);
    const body = signed.subarray(0, -MAC_BYTES);
    // Several texts decode to the same bytes, and only one of them was made here.
    const isWhole =
      body.length >= HEAD_BYTES &&
      bytes.toString("base64url") === token &&
      body[0] === VERSION &&
      checksum(signed).equals(bytes.subarray(-CHECKSUM_BYTES));
    if (!isWhole) throw unreadable();
    if (!body.subarray(1, 1 + DEPLOYMENT_BYTES).equals(this.#deployment)) {
      throw new EpigraphError("InvalidStorageToken", "The upload URL was made by another deployment");
    }
    if (!timingSafeEqual(this.#mac(body), signed.subarray(-MAC_BYTES))) throw unreadable();
    if (body.readUIntBE(1 + DEPLOYMENT_BYTES, TIME_BYTES) + UPLOAD_TOKEN_MS <= nowMs) {
      throw new EpigraphError("StorageTokenExpired", "Store File Authorization expired");
    }
    return body.subarray(HEAD_BYTES).toString();
  }

  #mac(body: Uint8Array): Buffer {
    return createHmac("sha256", this.#key).update(body).digest();
  }
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest().subarray(0, CHECKSUM_BYTES);
}

function unreadable(): EpigraphError {
  return new EpigraphError("StorageTokenInvalid", "Couldn't decode the StoreFileAuthorization token");
}
