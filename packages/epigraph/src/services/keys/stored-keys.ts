import { createHash } from "node:crypto";
import type { AdminKeyDocument, SystemFields } from "../../database/catalogue/catalogue-documents.ts";
import type { Database } from "../../database/database.ts";
import {
  allSystemDocuments,
  insertSystemDocument,
  patchSystemDocument,
} from "../../database/transaction/system-documents.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { KEY_ID_LENGTH, STORED } from "./admin-keys.ts";
import type { KeyScope } from "./key-scopes.ts";

export interface StoredKeysOptions {
  readonly database: Database;
  readonly instanceName: string;
  readonly nowMs: () => number;
  readonly random: (bytes: number) => Uint8Array;
}

/** What may be told of a key. */
export interface KeyDescription {
  readonly id: string;
  readonly name: string;
  readonly scope: KeyScope;
  readonly createdMs: number;
  readonly revokedMs: number | null;
}

type StoredKey = AdminKeyDocument & SystemFields;

const SOURCE = "admin keys";
const NAME = /^[\p{L}\p{N} _.@-]{1,64}$/u;
const MAX_KEYS = 100;
const SECRET_LENGTH = 24;

/** Admin keys that were made by hand. Only this process changes them, so they are read once. */
export class StoredKeys {
  readonly #options: StoredKeysOptions;
  #byKeyId: ReadonlyMap<string, StoredKey> | null = null;

  constructor(options: StoredKeysOptions) {
    this.#options = options;
  }

  /** A key that was not revoked, by its public part. */
  find(keyId: string): StoredKey | null {
    this.#byKeyId ??= new Map(
      this.#all()
        .filter(({ revokedMs }) => revokedMs === null)
        .map((key) => [key.keyId, key]),
    );
    return this.#byKeyId.get(keyId) ?? null;
  }

  list(): readonly KeyDescription[] {
    return this.#all().map(({ _id: id, name, scope, createdMs, revokedMs }) => ({
      id,
      name,
      scope,
      createdMs,
      revokedMs,
    }));
  }

  /**
   * Makes a key. It is shown this once: only its hash is kept.
   * @throws EpigraphError `InvalidKeyName` for a name that is none, or taken.
   */
  async create(name: string, scope: KeyScope): Promise<string> {
    const { database, instanceName, nowMs, random } = this.#options;
    if (!NAME.test(name)) {
      throw new EpigraphError("InvalidKeyName", "The name of a key has 1 to 64 letters, digits and spaces");
    }
    const keyId = Buffer.from(random(KEY_ID_LENGTH / 2)).toString("hex");
    const secretPart = STORED + keyId + Buffer.from(random(SECRET_LENGTH)).toString("hex");
    await database.write(SOURCE, (transaction) => {
      const keys = allSystemDocuments<AdminKeyDocument>(transaction, "_admin_keys");
      const valid = keys.filter(({ revokedMs }) => revokedMs === null);
      if (name === "root" || valid.some((key) => key.name === name)) {
        throw new EpigraphError("InvalidKeyName", `There is a key called "${name}" already`);
      }
      if (keys.length >= MAX_KEYS) {
        throw new EpigraphError(
          "InvalidKeyName",
          `There are ${MAX_KEYS} keys already, which is all there can be`,
        );
      }
      insertSystemDocument<AdminKeyDocument>(transaction, "_admin_keys", {
        name,
        scope,
        keyId,
        secretHash: createHash("sha256").update(secretPart).digest("hex"),
        createdMs: nowMs(),
        revokedMs: null,
      });
    });
    this.#byKeyId = null;
    return `${instanceName}|${secretPart}`;
  }

  /** From now on the key opens nothing. @throws EpigraphError `KeyNotFound` */
  async revoke(name: string): Promise<void> {
    const { database, nowMs } = this.#options;
    await database.write(SOURCE, (transaction) => {
      const key = allSystemDocuments<AdminKeyDocument>(transaction, "_admin_keys").find(
        (candidate) => candidate.name === name && candidate.revokedMs === null,
      );
      if (key === undefined) throw new EpigraphError("KeyNotFound", `There is no key called "${name}"`);
      patchSystemDocument<AdminKeyDocument>(transaction, "_admin_keys", key._id, { revokedMs: nowMs() });
    });
    this.#byKeyId = null;
  }

  #all(): readonly StoredKey[] {
    return this.#options.database.read((transaction) =>
      allSystemDocuments<AdminKeyDocument>(transaction, "_admin_keys"),
    );
  }
}
