import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { AdminRights } from "../../runtime/runner/caller.ts";
import { rightsOf } from "./key-scopes.ts";
import type { StoredKeys } from "./stored-keys.ts";

const SECRET_BYTES = 32;
/** First byte of the secret part: how it is made and checked. */
const DERIVED = "01";
export const STORED = "02";
const HMAC_LABEL = "epigraph admin key 1\n";
/** Of the part behind the first byte by which a stored key is found. */
export const KEY_ID_LENGTH = 16;
const ROOT_NAME = "root";
/** Compared with where there is no such key: what takes as long says nothing. */
const NO_HASH = Buffer.alloc(SECRET_BYTES);

export interface AdminKeysOptions {
  readonly instanceName: string;
  /** 32 random bytes that only this deployment knows. */
  readonly secret: Uint8Array;
  readonly stored: StoredKeys;
}

/** Whoever has shown a key. */
export interface KeyHolder {
  readonly name: string;
  readonly rights: AdminRights;
}

/** What the first key follows from. */
export type KeySource = Pick<AdminKeysOptions, "instanceName" | "secret">;

/** The first key of a deployment, which need not run. */
export function firstAdminKey(source: KeySource): string {
  return `${source.instanceName}|${derive(source)}`;
}

function derive({ instanceName, secret }: KeySource): string {
  const digest = createHmac("sha256", secret).update(HMAC_LABEL + instanceName);
  return DERIVED + digest.digest("hex");
}

/**
 * Checks the admin keys of one deployment. The first one, `<instance name>|01<hex>`, is an HMAC of the name under the
 * instance secret: nothing of it is stored, and a new secret makes it invalid. Others, `<instance name>|02<hex>`, are
 * stored by their hash, with names and scopes, and can be revoked.
 */
export class AdminKeys {
  readonly #instanceName: string;
  readonly #secretPart: string;
  readonly #expected: Buffer;
  readonly #stored: StoredKeys;

  /** @throws RangeError for a secret of another length. */
  constructor({ instanceName, secret, stored }: AdminKeysOptions) {
    if (secret.length !== SECRET_BYTES) {
      throw new RangeError(`The instance secret must have ${SECRET_BYTES} bytes, it has ${secret.length}`);
    }
    this.#instanceName = instanceName;
    this.#stored = stored;
    this.#secretPart = derive({ instanceName, secret });
    this.#expected = Buffer.from(this.#secretPart);
  }

  /** The first key of this deployment; the same one each time. */
  create(): string {
    return `${this.#instanceName}|${this.#secretPart}`;
  }

  /**
   * @param key without prefix and acting identity: `<instance name>|<hex>`, or only the hex part.
   * @throws EpigraphError `BadAdminKey`
   */
  check(key: string): KeyHolder {
    const bar = key.indexOf("|");
    const isOurName = bar === -1 || key.slice(0, bar) === this.#instanceName;
    const secretPart = key.slice(bar + 1);
    const holder = secretPart.startsWith(STORED) ? this.#findStored(secretPart) : this.#checkRoot(secretPart);
    if (isOurName && holder !== null) return holder;
    throw new EpigraphError("BadAdminKey", "The provided admin key was invalid for this instance");
  }

  #checkRoot(secretPart: string): KeyHolder | null {
    const given = Buffer.from(secretPart);
    // The length of a key is no secret; its content must not show in the time that a comparison takes.
    const isOurs = given.length === this.#expected.length && timingSafeEqual(given, this.#expected);
    return isOurs ? { name: ROOT_NAME, rights: "all" } : null;
  }

  #findStored(secretPart: string): KeyHolder | null {
    const keyId = secretPart.slice(STORED.length, STORED.length + KEY_ID_LENGTH);
    const found = this.#stored.find(keyId);
    const given = createHash("sha256").update(secretPart).digest();
    const isOurs = timingSafeEqual(given, found === null ? NO_HASH : Buffer.from(found.secretHash, "hex"));
    return isOurs && found !== null ? { name: found.name, rights: rightsOf(found.scope) } : null;
  }
}
