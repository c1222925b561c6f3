import { createHmac, timingSafeEqual } from "node:crypto";
import { EpigraphError } from "../../errors/epigraph-error.ts";

const VERSION = "01";

/** Makes and checks the admin key of an instance: `<instance name>|<hex>`, derived from the instance secret. */
export class AdminKeys {
  readonly instanceName: string;
  readonly #secret: Uint8Array;

  constructor(instanceName: string, secret: Uint8Array) {
    this.instanceName = instanceName;
    this.#secret = secret;
  }

  issue(): string {
    return `${this.instanceName}|${VERSION}${this.#mac().toString("hex")}`;
  }

  /** @throws EpigraphError `BadAdminKey` unless the key is this instance's; a `dev:` or `prod:` prefix is ignored. */
  check(key: string): void {
    const [name, secret, ...rest] = key.replace(/^(?:dev|prod):/, "").split("|");
    const given = Buffer.from(secret ?? "", "utf8");
    const expected = Buffer.from(`${VERSION}${this.#mac().toString("hex")}`, "utf8");
    const good = given.length === expected.length && timingSafeEqual(given, expected);
    if (!good || name !== this.instanceName || rest.length > 0) {
      throw new EpigraphError("BadAdminKey", "The provided admin key was invalid for this instance");
    }
  }

  #mac(): Buffer {
    return createHmac("sha256", this.#secret).update(`admin key of ${this.instanceName}`).digest();
  }
}
