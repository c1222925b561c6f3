/**
 * What a realm asks of the host's cryptography. A request is JSON; the bytes it is about travel beside it, in the order
 * that each form names. Keys are texts in base64url: the bytes of a secret, the PKCS#8 of a private key, the SPKI of a
 * public one. So no key lives at the host, where it would have to be found, counted and freed for its execution.
 */
export type CryptoRequest =
  /** Data; answers its digest. */
  | { readonly op: "digest"; readonly hash: HashName }
  /** Data; answers the signature. */
  | { readonly op: "sign"; readonly key: string; readonly scheme: SignatureScheme }
  /** Data and signature; answers `true` or `false`. */
  | { readonly op: "verify"; readonly key: string; readonly scheme: SignatureScheme }
  /** Data, then what the cipher names; answers bytes. */
  | { readonly op: "encrypt" | "decrypt"; readonly key: string; readonly cipher: Cipher }
  /** Salt. */
  | PasswordRequest
  /** Salt and info. */
  | { readonly op: "hkdf"; readonly key: string; readonly hash: HashName; readonly bytes: number }
  /** Answers the whole shared secret. */
  | { readonly op: "agree"; readonly key: string; readonly publicKey: string }
  /** Answers a `GeneratedPair`. */
  | PairRequest
  /** The key's bytes, none for a JWK; answers an `ImportedKey`. */
  | ({ readonly op: "import"; readonly family: KeyFamily; readonly type: PairType } & KeyData)
  /** Answers bytes, or the JSON of a JWK's own members. */
  | {
      readonly op: "export";
      readonly format: KeyFormat;
      readonly family: KeyFamily;
      readonly type: PairType;
      readonly key: string;
    };

export interface PasswordRequest {
  readonly op: "pbkdf2";
  readonly key: string;
  readonly hash: HashName;
  readonly iterations: number;
  readonly bytes: number;
}

export interface PairRequest {
  readonly op: "generate";
  readonly family: KeyFamily;
  /** Of RSA keys, and 0 for others. */
  readonly modulusLength: number;
  readonly publicExponent: number;
}

export type HashName = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";
export type KeyFormat = "raw" | "pkcs8" | "spki" | "jwk";
export type PairType = "public" | "private";
/** What mathematics a pair of keys is of. */
export type KeyFamily = "RSA" | CurveName | "Ed25519" | "X25519";
export type CurveName = "P-256" | "P-384" | "P-521";

export type SignatureScheme =
  | { readonly name: "HMAC" | "RSASSA-PKCS1-v1_5" | "ECDSA"; readonly hash: HashName }
  | { readonly name: "RSA-PSS"; readonly hash: HashName; readonly saltLength: number }
  | { readonly name: "Ed25519" };

export type Cipher =
  /** Label. */
  | { readonly name: "RSA-OAEP"; readonly hash: HashName }
  /** Initialization vector. */
  | { readonly name: "AES-CBC" }
  /** Counter block; `counterBits` of its end count. */
  | { readonly name: "AES-CTR"; readonly counterBits: number }
  /** Initialization vector and additional data. */
  | { readonly name: "AES-GCM"; readonly tagBytes: number };

type KeyData =
  | { readonly format: "raw" | "pkcs8" | "spki" }
  /** The members of a JWK that are the key itself. */
  | { readonly format: "jwk"; readonly jwk: Readonly<Record<string, string>> };

/** A key as the host has read it. */
export interface ImportedKey {
  readonly key: string;
  /** Of RSA keys, and 0 for others. */
  readonly modulusLength: number;
  /** Base64url of the big-endian number; empty for keys that have none. */
  readonly publicExponent: string;
}

export interface GeneratedPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Bytes, `V` and a text, or `E` and the JSON of `[name, message]` of a DOMException. */
export type CryptoAnswer = Uint8Array | string;
