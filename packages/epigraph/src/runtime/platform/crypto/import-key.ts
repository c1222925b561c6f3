import { type CryptoKey, type KeyUsage, newKey } from "./crypto-key.ts";
import type { KeyFormat } from "./crypto-request.ts";
import { importPairKey } from "./import-pair-key.ts";
import { importSecret, isSecret } from "./import-secret.ts";
import type { Jwk } from "./jwk.ts";
import { checkUseful } from "./key-usages.ts";
import type { ImportedAlgorithm } from "./read-algorithm.ts";

export interface KeyImport<A = ImportedAlgorithm> {
  readonly format: KeyFormat;
  /** A JWK for the format of that name. */
  readonly data: Uint8Array | Jwk;
  readonly algorithm: A;
  readonly extractable: boolean;
  readonly usages: readonly KeyUsage[];
}

/** @throws DOMException as the Web Crypto standard says for each algorithm. */
export async function importKey(request: KeyImport): Promise<CryptoKey> {
  const { algorithm, ...rest } = request;
  const parts = isSecret(algorithm)
    ? importSecret({ ...rest, algorithm })
    : await importPairKey({ ...rest, algorithm });
  checkUseful(parts.type, algorithm.name, parts.usages);
  return newKey(parts);
}
