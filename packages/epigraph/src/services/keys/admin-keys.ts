import { createHmac, timingSafeEqual } from "node:crypto";
import { EpigraphError } from "../../errors/epigraph-error.ts";

const SECRET_BYTES = 32;
/** First byte of the secret part; another one would mean another way of making keys. */
const VERSION = "01";
const HMAC_LABEL = "epigraph admin key 1\n";

/**
 * Makes and checks the admin keys of one deployment: `<instance name>|<hex>`, an HMAC of the name under the instance
 * secret. Nothing is stored and nothing expires; a new secret makes all older keys invalid.
 */
export class AdminKeys {
  readonly #instanceName: string;
  readonly #secretPart: string;
  readonly #expected: Buffer;

  /**
   * @param secret 32 random bytes that only this deployment knows.
   * @throws RangeError for a secret of another length.
   */
  constructor({ instanceName, secret }: { readonly instanceName: string; readonly secret: Uint8Array }) {
    if (secret.length !== SECRET_BYTES) {
      throw new RangeError(`The instance secret must have ${SECRET_BYTES} bytes, it has ${secret.length}`);
    }
    this.#instanceName = instanceName;
    this.#secretPart =
      VERSION +
      createHmac("sha256", secret)
        .update(HMAC_LABEL + instanceName)
        .digest("hex");
    this.#expected = Buffer.from(this.#secretPart);
  }

  /** The key of this deployment; the same one each time. */
  create(): string {
    return `${this.#instanceName}|${this.#secretPart}`;
  }

  /**
   * @param key without prefix and acting identity: `<instance name>|<hex>`, or only the hex part.
   * @throws EpigraphError `BadAdminKey`
   */
  check(key: string): void {
    const bar = key.indexOf("|");
    const isOurName = bar === -1 || key.slice(0, bar) === this.#instanceName;
    const given = Buffer.from(key.slice(bar + 1));
    // The length of a key is no secret; its content must not show in the time that a comparison takes.
    const isOurSecret = given.length === this.#expected.length && timingSafeEqual(given, this.#expected);
    if (isOurName && isOurSecret) return;
    throw new EpigraphError("BadAdminKey", "The provided admin key was invalid for this instance");
  }
}
